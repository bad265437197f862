/* entry.c - see entry.h. */
#include "entry.h"

#include "die.h"
#include "hidden.h"

#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

static void netns_check(int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
        die(OWN_FAILURE, "the broker sent something else where the network namespace should be");
}

static void etc_mount_check(int fd, const char *target)
{
    const unsigned long want = ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC;
    struct stat file;
    struct statvfs mount;
    if (fstat(fd, &file) < 0 || (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)) ||
        fstatvfs(fd, &mount) < 0 || (mount.f_flag & want) != want)
        die(OWN_FAILURE, "the broker sent no read-only file or directory for %s", target);
}

static void directory_check(int fd)
{
    const unsigned long want = ST_RDONLY | ST_NOSUID | ST_NODEV;
    struct stat file;
    struct statvfs mount;
    if (fstat(fd, &file) < 0 || !S_ISDIR(file.st_mode) || fstatvfs(fd, &mount) < 0 ||
        (mount.f_flag & want) != want)
        die(OWN_FAILURE, "the broker sent no read-only directory for /etc");
}

static void hidden_check(int fd, const char *target)
{
    const unsigned long want = ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC;
    struct stat file;
    struct statvfs mount;
    if (fstat(fd, &file) < 0 || !S_ISDIR(file.st_mode) || fstatvfs(fd, &mount) < 0 ||
        (mount.f_flag & want) != want)
        die(OWN_FAILURE, "the broker sent no read-only directory for %s", target);
}

static void sys_mount_check(int fd)
{
    const unsigned long want = ST_NOSUID | ST_NODEV | ST_NOEXEC;
    struct statfs fs;
    struct statvfs mount;
    if (fstatfs(fd, &fs) < 0 || fs.f_type != SYSFS_MAGIC || fstatvfs(fd, &mount) < 0 ||
        (mount.f_flag & want) != want)
        die(OWN_FAILURE, "the broker sent no sysfs for /sys");
}

/* One name, so that nothing from the wire is ever a path. */
static bool component_valid(const char *text, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (length == 0 || length > NAME_MAX || length >= PATH_ROOM - strlen("/etc/"))
        return false;
    if (strspn(text, allowed) < length)
        return false;
    return !(length == 1 && text[0] == '.') && !(length == 2 && text[0] == '.' && text[1] == '.');
}

static bool word_is(const char *word, size_t length, const char *expected)
{
    return length == strlen(expected) && memcmp(word, expected, length) == 0;
}

/* NULL: nothing that is ever hidden. */
static const char *hidden_place(const char *word, size_t length)
{
    static const char *const places[] = {HIDDEN_DIRECTORIES, HIDDEN_BUS};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (word_is(word, length, places[i] + 1))
            return places[i];
    return NULL;
}

static void etc_take(Entry *entry, const char *name, size_t length, int fd)
{
    char *target = entry->etc_target[entry->n_etc];
    snprintf(target, PATH_ROOM, "/etc/%.*s", (int)length, name);
    etc_mount_check(fd, target);
    entry->etc[entry->n_etc++] = fd;
}

static void entry_take(Entry *entry, const char *word, size_t length, int fd)
{
    const size_t etc = strlen("etc/");
    const char *hidden = hidden_place(word, length);
    if (word_is(word, length, "netns") && entry->netns < 0) {
        netns_check(fd);
        entry->netns = fd;
    } else if (word_is(word, length, "sys") && entry->sysfs < 0) {
        sys_mount_check(fd);
        entry->sysfs = fd;
    } else if (word_is(word, length, "etc") && entry->directory < 0) {
        directory_check(fd);
        entry->directory = fd;
    } else if (length > etc && memcmp(word, "etc/", etc) == 0 && component_valid(word + etc, length - etc)) {
        etc_take(entry, word + etc, length - etc, fd);
    } else if (hidden) {
        hidden_check(fd, hidden);
        entry->hidden_target[entry->n_hidden] = hidden;
        entry->hidden[entry->n_hidden++] = fd;
    } else {
        die(OWN_FAILURE, "the broker sent a descriptor this version does not know");
    }
}

void entry_parse(Wire *reply, Entry *ret)
{
    const char *word = wire_get(reply, "FDS");
    const char *propagation = wire_get(reply, "PROPAGATION");
    *ret = (Entry){.netns = -1, .sysfs = -1, .directory = -1, .propagation = MS_SLAVE};
    if (propagation && strcmp(propagation, "private") == 0)
        ret->propagation = MS_PRIVATE;
    size_t count = 0;
    for (; word && *word; count++) {
        size_t length = strcspn(word, ",");
        int fd = wire_take_fd(reply, count);
        if (fd < 0)
            die(OWN_FAILURE, "the broker sent fewer descriptors than it named");
        entry_take(ret, word, length, fd);
        word += length + (word[length] == ',');
    }
    if (count != reply->n_fds)
        die(OWN_FAILURE, "the broker sent more descriptors than it named");
    if (ret->netns < 0)
        die(OWN_FAILURE, "the broker sent no network namespace");
}
