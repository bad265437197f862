/* cover.c - what a caller takes along: the namespace and the detached mounts that belong to it.
 *
 * The client gets mounts, not paths: it has the capability to attach them and no path handling to get wrong.
 * They are clones out of our own mount namespace, read-only, nosuid, nodev, noexec; attaching works from ours
 * into the client's (testbed: Linux 6.1, 6.12, 6.18). The only file that makes mounts for
 * users. */
#include "cover.h"

#include "etc-own.h"
#include "hidden.h"
#include "nsfs.h"
#include "paths.h"
#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAFE (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

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

/* A detached mount of the file or directory @path, called @front@entry. */
static bool clone_add(Cover *cover, const char *front, const char *entry, const char *path,
                      uint64_t attributes, GError **error)
{
    /* private: what is mounted in the directory is not to appear in the host's, whose peer it would be */
    struct mount_attr wanted = {.attr_set = attributes, .propagation = MS_PRIVATE};
    struct stat st;
    int fd = trusted_open(path, &st, error);
    if (fd < 0)
        return false;
    int tree = open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    bool fine = tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH, &wanted, sizeof wanted) == 0;
    g_autofree char *why = fine ? NULL : g_strdup(g_strerror(errno));
    close(fd);
    if (fine)
        return cover_add(cover, front, entry, tree, error);
    if (tree >= 0)
        close(tree);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot make a mount of %s: %s", path, why);
    return false;
}

static bool entry_add(Cover *cover, const char *name, const char *entry, GError **error)
{
    g_autofree char *path = etc_own_path(name, entry);
    return etc_own_check(name, entry, error) && clone_add(cover, "etc/", entry, path, SAFE, error);
}

/* /etc/netns/NAME, as `ip netns exec` has it (ip-netns(8)). */
static bool etc_add(Cover *cover, const char *name, GError **error)
{
    g_auto(GStrv) entries = etc_own_entries(name, error);
    for (char **entry = entries; entry && *entry; entry++)
        if (!entry_add(cover, name, *entry, error))
            return false;
    return entries != NULL;
}

static bool has_word(const Cover *cover, const char *word)
{
    g_autofree char *words = g_strconcat(",", cover->names->str, ",", NULL);
    g_autofree char *wanted = g_strconcat(",", word, ",", NULL);
    return strstr(words, wanted) != NULL;
}

/* What [DNS] and [NAT] made, and nsswitch.conf, unless the admin has a file of his own for that. */
static bool made_add(Cover *cover, const char *name, const char *file, GError **error)
{
    g_autofree char *path = g_build_filename(ETC_MADE_DIR, name, file, NULL);
    g_autofree char *word = g_strconcat("etc/", file, NULL);
    struct stat st;
    if (has_word(cover, word) || (lstat(path, &st) < 0 && errno == ENOENT) || S_ISLNK(st.st_mode))
        return true;
    return clone_add(cover, "etc/", file, path, SAFE, error);
}

/* Scripts in /etc are meant to be run: no noexec. */
static bool directory_add(Cover *cover, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(ETC_MADE_DIR, name, NULL);
    return clone_add(cover, "", "etc", path, SAFE & ~MOUNT_ATTR_NOEXEC, error);
}

/* An empty directory over @path. */
static bool hidden_add(Cover *cover, const char *path, GError **error)
{
    return clone_add(cover, "", path + 1, EMPTY_DIR, SAFE, error);
}

static bool sockets_add(Cover *cover, GError **error)
{
    static const char *const hidden[] = {HIDDEN_DIRECTORIES};
    for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++)
        if (!hidden_add(cover, hidden[i], error))
            return false;
    return true;
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

/* The directory has what was made for the namespace. */
static bool made_all_add(Cover *cover, const char *name, GError **error)
{
    return made_add(cover, name, "resolv.conf", error) && made_add(cover, name, "nsswitch.conf", error) &&
           made_add(cover, name, "hosts", error);
}

/* All that is of /etc, and of those who would look up names in its stead. */
static bool names_add(Cover *cover, const char *name, MountEtc etc, GError **error)
{
    if (etc == ETC_NO)
        return true;
    return (etc != ETC_DIRECTORY || directory_add(cover, name, error)) && etc_add(cover, name, error) &&
           (etc != ETC_FILES || made_all_add(cover, name, error)) && sockets_add(cover, error);
}

bool cover_make(const char *name, int nsfd, const NamespaceConf *ns, Cover *ret, GError **error)
{
    *ret = (Cover){.names = g_string_new(NULL)};
    if (!cover_add(ret, "", "netns", nsfd, error) || !names_add(ret, name, ns->etc, error) ||
        (ns->bus == TRISTATE_NO && !hidden_add(ret, HIDDEN_BUS, error)))
        return false;
    bool has_mounts = ret->n_fds > 1;
    if (ns->sysfs == TRISTATE_NO || (ns->sysfs == TRISTATE_UNSET && !has_mounts))
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
