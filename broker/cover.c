/* cover.c - what a caller takes along: the namespace and the detached mounts that belong to it.
 *
 * The client gets mounts, not paths: it has the capability to attach them and no path handling to get wrong.
 * They are clones out of our own mount namespace, read-only, nosuid, nodev, noexec; attaching works from ours
 * into the client's (testbed: Linux 6.1, 6.12, 6.18). The only file that makes mounts. */
#include "cover.h"

#include "nsfs.h"
#include "paths.h"
#include "trusted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETC_DIR "/etc/netns"
#define SAFE (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
#define ENTRY_LENGTH 128

static bool fail(GError **error, const char *what, const char *why)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", what, why);
    return false;
}

/* Takes @fd over. */
static bool cover_add(Cover *cover, const char *prefix, const char *name, int fd, GError **error)
{
    if (cover->n_fds == WIRE_FDS) {
        close(fd);
        return fail(error, name, "more files than a reply can carry (" G_STRINGIFY(WIRE_FDS) ")");
    }
    cover->fds[cover->n_fds++] = fd;
    g_string_append_printf(cover->names, "%s%s%s", cover->names->len ? "," : "", prefix, name);
    return true;
}

/* A detached mount of the file that @fd (O_PATH) is. */
static int clone_make(int fd, const char *path, GError **error)
{
    struct mount_attr attributes = {.attr_set = SAFE};
    int tree = open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0)
        return tree;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot make a mount of %s: %s", path,
                g_strerror(errno));
    if (tree >= 0)
        close(tree);
    return -1;
}

static bool clone_add(Cover *cover, const char *entry, const char *path, GError **error)
{
    struct stat st;
    int fd = trusted_open(path, &st, error);
    if (fd < 0)
        return false;
    int tree = clone_make(fd, path, error);
    close(fd);
    return tree >= 0 && cover_add(cover, "etc/", entry, tree, error);
}

/* Words that a client may make a path of. */
static bool entry_valid(const char *entry)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return strspn(entry, allowed) == strlen(entry) && strlen(entry) < ENTRY_LENGTH;
}

/* What an editor leaves lying about is not meant to be mounted. */
static int is_meant(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && !g_str_has_suffix(entry->d_name, "~");
}

static bool entry_add(Cover *cover, const char *directory, const char *entry, GError **error)
{
    g_autofree char *path = g_build_filename(directory, entry, NULL);
    if (!entry_valid(entry)) {
        g_autofree char *shown = g_strescape(path, NULL);
        return fail(error, shown,
                    "this name cannot be mounted over a file of /etc (only letters, digits, . _ -)");
    }
    return clone_add(cover, entry, path, error);
}

static bool entries_add(Cover *cover, const char *directory, GError **error)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_meant, alphasort);
    bool fine = count >= 0 || fail(error, directory, g_strerror(errno));
    for (int i = 0; i < count; i++) {
        fine = fine && entry_add(cover, directory, entries[i]->d_name, error);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return fine;
}

/* /etc/netns/NAME, as `ip netns exec` has it (ip-netns(8)). */
static bool etc_add(Cover *cover, const char *name, GError **error)
{
    g_autofree char *directory = g_build_filename(ETC_DIR, name, NULL);
    g_autoptr(GError) why = NULL;
    struct stat st;
    int fd = trusted_open(directory, &st, &why);
    if (fd < 0 && g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return true;
    if (fd < 0) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    close(fd);
    return entries_add(cover, directory, error);
}

static bool has_word(const Cover *cover, const char *word)
{
    g_autofree char *words = g_strconcat(",", cover->names->str, ",", NULL);
    g_autofree char *wanted = g_strconcat(",", word, ",", NULL);
    return strstr(words, wanted) != NULL;
}

/* What [DNS] and [NAT] made, unless the admin has a file of his own for that. */
static bool made_add(Cover *cover, const char *name, const char *file, GError **error)
{
    g_autofree char *path = g_build_filename(RUN_DIR, "dns", name, file, NULL);
    g_autofree char *word = g_strconcat("etc/", file, NULL);
    struct stat st;
    if (has_word(cover, word) || (lstat(path, &st) < 0 && errno == ENOENT))
        return true;
    return clone_add(cover, file, path, error);
}

/* A sysfs shows the network devices of the namespace in which it is mounted first. */
static int sysfs_make(void)
{
    int fs = fsopen("sysfs", FSOPEN_CLOEXEC), tree = -1;
    if (fs >= 0 && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        tree = fsmount(fs, FSMOUNT_CLOEXEC, SAFE);
    int cause = errno;
    if (fs >= 0)
        close(fs);
    errno = cause;
    return tree;
}

static bool sysfs_add(Cover *cover, int nsfd, GError **error)
{
    int home = nsfs_open_self(error), tree, cause;
    if (home < 0)
        return false;
    if (!nsfs_enter(nsfd, error)) {
        close(home);
        return false;
    }
    tree = sysfs_make();
    cause = errno;
    nsfs_return(home);
    close(home);
    if (tree < 0)
        return fail(error, "cannot make a sysfs of the namespace", g_strerror(cause));
    return cover_add(cover, "", "sys", tree, error);
}

bool cover_make(const char *name, int nsfd, Tristate sysfs, Cover *ret, GError **error)
{
    *ret = (Cover){.names = g_string_new(NULL)};
    if (!cover_add(ret, "", "netns", nsfd, error) || !etc_add(ret, name, error) ||
        !made_add(ret, name, "resolv.conf", error) || !made_add(ret, name, "hosts", error))
        return false;
    bool has_mounts = ret->n_fds > 1;
    if (sysfs == TRISTATE_NO || (sysfs == TRISTATE_UNSET && !has_mounts))
        return true;
    return sysfs_add(ret, nsfd, error);
}

void cover_done(Cover *cover)
{
    for (size_t i = 0; i < cover->n_fds; i++)
        close(cover->fds[i]);
    cover->n_fds = 0;
    if (cover->names)
        g_string_free(cover->names, TRUE);
    cover->names = NULL;
}
