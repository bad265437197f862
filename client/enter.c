/* enter.c - see enter.h. What is between capability_raise() and capabilities_drop() runs with CAP_SYS_ADMIN:
 * SECURITY.md lists the calls. */
#include "enter.h"

#include "capability.h"
#include "die.h"
#include "missing.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETC_HOST "/etc/.host/etc" /* of broker/etc-directory.c */
#define SUB_MOUNTS 64             /* most mounts kept below /sys */

/* Mounts below the caller's /sys that the new /sys must have too: the cgroup tree, debugfs, efivars … */
typedef struct SubMounts {
    char path[SUB_MOUNTS][PATH_ROOM];
    int tree[SUB_MOUNTS];
    size_t count;
} SubMounts;

/* What is to be known of the caller's mounts, looked at before anything is raised. */
typedef struct Before {
    SubMounts sys;
    const char *etc; /* where the host's /etc is */
    bool systemd;
} Before;

typedef struct LineBuffer {
    char bytes[4096];
    size_t next, filled;
} LineBuffer;

/* "\040" and its like, as mountinfo writes them. False: does not fit. */
static bool path_unescape(const char *text, size_t length, char ret[PATH_ROOM])
{
    size_t out = 0;
    for (size_t i = 0; i < length; out++) {
        if (out + 1 >= PATH_ROOM)
            return false;
        if (text[i] == '\\' && i + 3 < length) {
            ret[out] = (char)(((text[i + 1] & 7) << 6) | ((text[i + 2] & 7) << 3) | (text[i + 3] & 7));
            i += 4;
        } else {
            ret[out] = text[i++];
        }
    }
    ret[out] = '\0';
    return true;
}

/* "ID PARENT MAJOR:MINOR ROOT MOUNTPOINT …": kept when it lies below @top and hangs directly on the mount
 * that
 * @top is in, so that what lies hidden below another mount, or deeper in a tree that is kept anyway, is left
 * alone. */
static void mount_line_take(const char *line, const char *top, uint64_t top_mount, SubMounts *mounts)
{
    char *rest;
    strtoull(line, &rest, 10);
    if (strtoull(rest, &rest, 10) != top_mount)
        return;
    const char *point = rest;
    for (int field = 0; point && field < 2; field++)
        point = strchr(point + 1, ' ');
    if (!point || strncmp(++point, top, strlen(top)) != 0 || point[strlen(top)] != '/')
        return;
    /* a part of the old sysfs itself, as containers mount it, would show the old interfaces */
    if (strstr(point, " - sysfs "))
        return;
    if (mounts->count >= SUB_MOUNTS ||
        !path_unescape(point, strcspn(point, " "), mounts->path[mounts->count]))
        die(OWN_FAILURE, "there are more mounts below %s, or longer names, than can be kept", top);
    mounts->count++;
}

/* The next line of @fd, cut to what fits (an overlay's options can be longer than a page; the fields that
 * matter come first). False at the end. */
static bool line_read(int fd, LineBuffer *buffer, char *ret, size_t room)
{
    for (size_t length = 0;;) {
        if (buffer->next == buffer->filled) {
            ssize_t got = read(fd, buffer->bytes, sizeof buffer->bytes);
            if (got < 0)
                die(OWN_FAILURE, "cannot read /proc/self/mountinfo: %s", reason());
            if (got == 0)
                return false;
            buffer->filled = (size_t)got;
            buffer->next = 0;
        }
        char c = buffer->bytes[buffer->next++];
        ret[length] = c == '\n' ? '\0' : c;
        if (c == '\n')
            return true;
        if (length < room - 1)
            length++;
    }
}

/* Read before anything is raised; the paths are the same in the mount namespace that is made afterwards. */
static void mounts_read(const char *top, SubMounts *ret)
{
    struct statx root;
    LineBuffer buffer = {.filled = 0};
    char line[PATH_ROOM * 4];
    if (statx(AT_FDCWD, top, AT_NO_AUTOMOUNT, STATX_MNT_ID, &root) < 0 || !(root.stx_mask & STATX_MNT_ID))
        die(OWN_FAILURE, "cannot look at %s: %s", top, reason());
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(OWN_FAILURE, "cannot open /proc/self/mountinfo: %s", reason());
    ret->count = 0;
    while (line_read(fd, &buffer, line, sizeof line))
        mount_line_take(line, top, root.stx_mnt_id, ret);
    close(fd);
}

/* Without MOVE_MOUNT_T_SYMLINKS the mount covers a symbolic link itself, even a dangling one: nothing follows
 * anybody's link. @absent: what helps where there is no @target, "": nothing. */
static void mount_attach(int fd, const char *target, const char *absent)
{
    if (move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        die(OWN_FAILURE, "cannot cover %s as this namespace wants it: %s%s", target, reason(),
            errno == ENOENT ? absent : "");
    close(fd);
}

/* The new /sys shows the namespace's interfaces. What was mounted below the old one (cgroups, debugfs …) goes
 * along: a program that loses its cgroup tree breaks (browsers, podman). */
static void sys_cover(int sysfs, SubMounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        mounts->tree[i] = open_tree(AT_FDCWD, mounts->path[i],
                                    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_NO_AUTOMOUNT);
        if (mounts->tree[i] < 0)
            die(OWN_FAILURE, "cannot keep %s in the new /sys: %s", mounts->path[i], reason());
    }
    mount_attach(sysfs, "/sys", "");
    for (size_t i = 0; i < mounts->count; i++) {
        if (move_mount(mounts->tree[i], "", AT_FDCWD, mounts->path[i], MOVE_MOUNT_F_EMPTY_PATH) < 0 &&
            errno != ENOENT) /* a directory of the old namespace's own, such as /sys/class/net/eth0 */
            die(OWN_FAILURE, "cannot put %s into the new /sys: %s", mounts->path[i], reason());
        close(mounts->tree[i]);
    }
}

/* Who comes from another namespace of ours has it in there already; only we put a mount at that place. */
static const char *etc_find(void)
{
    struct statx there;
    bool again = statx(AT_FDCWD, ETC_HOST, AT_SYMLINK_NOFOLLOW, 0, &there) == 0 &&
                 (there.stx_attributes & STATX_ATTR_MOUNT_ROOT);
    return again ? ETC_HOST : "/etc";
}

/* The links in the new /etc lead to the host's, which is put into it, with what is mounted below. */
static void etc_cover(int directory, const char *host)
{
    int old = open_tree(AT_FDCWD, host, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_NO_AUTOMOUNT);
    if (old < 0)
        die(OWN_FAILURE, "cannot keep /etc of the host in the new one: %s", reason());
    mount_attach(directory, "/etc", "");
    mount_attach(old, ETC_HOST, "");
}

/* Where there is no systemd there is no place for resolved. */
static void hidden_attach(int fd, const char *target, bool systemd)
{
    bool nowhere = !systemd && strncmp(target, "/run/systemd/", strlen("/run/systemd/")) == 0;
    if (move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0 && !nowhere)
        die(OWN_FAILURE, "cannot hide %s, where the host's own resolver is asked: %s", target, reason());
    close(fd);
}

static void netns_enter(int netns)
{
    if (setns(netns, CLONE_NEWNET) == 0)
        return;
    int cause = errno;
    capability_lower();
    die(OWN_FAILURE, "cannot enter the network namespace: %s%s", strerrordesc_np(cause),
        cause == EPERM && missing_in_user_namespace()
            ? " (from inside a user namespace only its own can be entered)"
            : "");
}

/* Slave: what the host mounts later still appears. Either way what is mounted here stays here. */
static void mounts_part(unsigned long propagation)
{
    if (unshare(CLONE_NEWNS) < 0)
        die(OWN_FAILURE, "cannot make a mount namespace: %s", reason());
    if (mount("", "/", NULL, MS_REC | propagation, NULL) < 0)
        die(OWN_FAILURE, "cannot part the mount namespace from the host's: %s", reason());
}

/* The directory first: the files are mounted over names of its own, which the host cannot take away. */
static void mounts_attach(const Entry *entry, Before *before)
{
    const char *absent = entry->directory >= 0 ? " (netnsctl start of the namespace makes a place for it)"
                                               : " (an empty file of that name on the host will do)";
    if (entry->sysfs >= 0)
        sys_cover(entry->sysfs, &before->sys);
    if (entry->directory >= 0)
        etc_cover(entry->directory, before->etc);
    for (size_t i = 0; i < entry->n_etc; i++)
        mount_attach(entry->etc[i], entry->etc_target[i], absent);
    for (size_t i = 0; i < entry->n_hidden; i++)
        hidden_attach(entry->hidden[i], entry->hidden_target[i], before->systemd);
}

/* A mount namespace only when something is to be mounted. */
void entry_enter(const Entry *entry)
{
    Before before = {.etc = etc_find(), .systemd = access("/run/systemd", F_OK) == 0};
    if (entry->sysfs >= 0)
        mounts_read("/sys", &before.sys);
    capability_raise();
    netns_enter(entry->netns);
    if (entry->sysfs >= 0 || entry->directory >= 0 || entry->n_etc > 0 || entry->n_hidden > 0) {
        mounts_part(entry->propagation);
        mounts_attach(entry, &before);
    }
    close(entry->netns);
    capabilities_drop();
}
