/* etc-directory.c - see etc-directory.h.
 *
 * A mount over a file of the host's goes when the host renames another file there (fs/namespace.c,
 * __detach_mounts): NetworkManager does that to resolv.conf at each change of network. So programs get a
 * directory of ours over /etc, in which nothing is renamed. An overlayfs instead was rejected: it remembers
 * what it has looked up, and a password or a sudo rule that the admin revokes would stay good inside.
 *
 * Links lead to the live /etc, which the client puts at .host/etc in there: with its permissions, and for
 * sandboxes that take /etc along (bwrap --bind /etc) part of it. Beside it stand links to all else in the
 * root directory, so that "../usr/share/zoneinfo" of a link in the host's /etc leads there. */
#include "etc-directory.h"

#include "etc-file.h"
#include "etc-own.h"
#include "refusal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST ".host"
#define HOST_ETC HOST "/etc/"

/* Who may do what: once the admin makes such a file it must be seen, at once and whatever watches. */
static const char *const always[] = {"nologin",     "cron.allow", "cron.deny", "at.allow",  "at.deny",
                                     "hosts.allow", "hosts.deny", "doas.conf", "sudo.conf", NULL};

static bool link_make(int dir, const char *front, const char *entry)
{
    g_autofree char *target = g_strconcat(front, entry, NULL);

    return symlinkat(target, dir, entry) == 0 || errno == EEXIST;
}

static bool is_dots(const char *entry)
{
    return g_str_equal(entry, ".") || g_str_equal(entry, "..");
}

/* Of each entry of @from but @except, in @dir. */
static bool links_make(int dir, const char *from, const char *front, const char *except)
{
    DIR *entries = opendir(from);
    const struct dirent *entry;
    bool fine = entries != NULL;

    while (fine && (entry = readdir(entries)))
        if (!is_dots(entry->d_name) && !g_str_equal(entry->d_name, except))
            fine = link_make(dir, front, entry->d_name);
    if (entries)
        closedir(entries);
    return fine;
}

static bool is_the_admins(const char *name, const char *entry)
{
    g_autofree char *own = etc_own_path(name, entry);

    return access(own, F_OK) == 0;
}

/* A link of ours to what the host has no more, or a place for what the admin has no more. What is mounted
 * over it stays: entries of /etc/netns/NAME. */
static bool is_stale(int dir, int etc, const char *name, const char *entry)
{
    char target[512];
    ssize_t length;

    if (is_the_admins(name, entry) || g_str_equal(entry, HOST))
        return false;
    length = readlinkat(dir, entry, target, sizeof target - 1);
    if (length < 0)
        return errno == EINVAL && !etc_own_is_made(entry);
    if (length < (ssize_t)strlen(HOST_ETC) || g_strv_contains(always, entry))
        return false;
    target[length] = '\0';
    return g_str_has_prefix(target, HOST_ETC) && faccessat(etc, entry, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
           errno == ENOENT;
}

static void stale_remove(int dir, const char *path, const char *name)
{
    int etc = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = opendir(path);
    const struct dirent *entry;

    while (etc >= 0 && entries && (entry = readdir(entries)))
        if (!is_dots(entry->d_name) && is_stale(dir, etc, name, entry->d_name) &&
            unlinkat(dir, entry->d_name, 0) < 0)
            (void)unlinkat(dir, entry->d_name, AT_REMOVEDIR);
    if (entries)
        closedir(entries);
    if (etc >= 0)
        close(etc);
}

/* A directory of the admin's is mounted over a directory, a file over anything else. Where we have a file
 * ourselves a directory is a mistake, with which nobody enters: a place for it would be in our own file's way
 * for good. */
static bool place_make(int dir, const char *own, const char *entry)
{
    struct stat wanted, there;
    bool is_there = fstatat(dir, entry, &there, AT_SYMLINK_NOFOLLOW) == 0;
    int fd;

    if (stat(own, &wanted) < 0 || (S_ISDIR(wanted.st_mode) && etc_own_is_made(entry)) ||
        (is_there && (wanted.st_mode & S_IFMT) == (there.st_mode & S_IFMT)))
        return true;
    if (is_there && unlinkat(dir, entry, S_ISDIR(there.st_mode) ? AT_REMOVEDIR : 0) < 0 && errno != ENOENT)
        return false;
    /* who watches may do the same at this moment */
    if (S_ISDIR(wanted.st_mode))
        return mkdirat(dir, entry, 0755) == 0 || errno == EEXIST;
    fd = openat(dir, entry, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || errno == EEXIST;
}

static bool places_make(int dir, const char *name)
{
    g_autofree char *path = etc_own_path(name, NULL);
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    const char *entry;
    bool fine = true;

    while (fine && entries && (entry = g_dir_read_name(entries)))
        if (etc_own_is_meant(entry)) {
            g_autofree char *own = etc_own_path(name, entry);
            fine = place_make(dir, own, entry);
        }
    return fine;
}

static bool fill(int dir, const char *path, const char *name)
{
    int host;
    bool fine;

    /* each by itself: a worker may have been killed between them */
    if ((mkdirat(dir, HOST, 0755) < 0 && errno != EEXIST) ||
        (mkdirat(dir, HOST "/etc", 0755) < 0 && errno != EEXIST))
        return false;
    host = openat(dir, HOST, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (host < 0)
        return false;
    stale_remove(dir, path, name);
    fine = links_make(host, "/", "/", "etc") && places_make(dir, name) &&
           links_make(dir, "/etc", HOST_ETC, HOST);
    for (size_t i = 0; fine && always[i]; i++)
        fine = link_make(dir, HOST_ETC, always[i]);
    close(host);
    return fine;
}

bool etc_directory_fill(const char *name, GError **error)
{
    g_autofree char *path = etc_file_path(name, NULL);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    bool fine = dir >= 0 && fill(dir, path, name);

    if (!fine)
        (void)refusal(error, "fill", path);
    if (dir >= 0)
        close(dir);
    return fine;
}

bool etc_directory_is_there(const char *name)
{
    g_autofree char *path = etc_file_path(name, HOST);

    return access(path, F_OK) == 0;
}

void etc_directory_link(const char *name, const char *entry)
{
    g_autofree char *path = etc_file_path(name, NULL);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (dir >= 0 && faccessat(dir, HOST, F_OK, 0) == 0)
        (void)link_make(dir, HOST_ETC, entry);
    if (dir >= 0)
        close(dir);
}

/* Files and links of ours in @path, and directories that are empty. It goes nowhere deeper: at .host/etc may
 * be the host's live /etc. What is on another file system is not ours. */
static void empty(const char *path)
{
    DIR *entries = opendir(path);
    const struct dirent *entry;
    struct stat top, found;

    if (!entries)
        return;
    if (fstat(dirfd(entries), &top) == 0)
        while ((entry = readdir(entries)))
            if (!is_dots(entry->d_name) &&
                fstatat(dirfd(entries), entry->d_name, &found, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0 &&
                found.st_dev == top.st_dev)
                (void)unlinkat(dirfd(entries), entry->d_name, S_ISDIR(found.st_mode) ? AT_REMOVEDIR : 0);
    closedir(entries);
    (void)rmdir(path);
}

/* Again where somebody has just put something in: the watch, or another's hosts file. */
void etc_directory_empty(const char *path)
{
    g_autofree char *host = g_build_filename(path, HOST, NULL);

    for (int i = 0; i < 5 && (i == 0 || access(path, F_OK) == 0); i++) {
        if (access(host, F_OK) == 0)
            empty(host);
        empty(path);
    }
}
