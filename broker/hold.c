/* hold.c - see hold.h.
 *
 * A directory that is mounted on itself cannot be removed or renamed, which would take the covers of it away
 * in every mount namespace (units with RuntimeDirectory= do that at each restart). */
#include "hold.h"

#include "etc-own.h"
#include "hidden.h"
#include "lock.h"
#include "paths.h"
#include "refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES_DIR RUN_DIR "/held" /* a file for each mount that is ours */

static const char *const hidden[] = {HIDDEN_DIRECTORIES};

static char *note_of(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);

    return g_build_filename(NOTES_DIR, name, NULL);
}

static bool note_make(const char *note)
{
    int fd = open(note, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool is_mounted(const struct statx *at)
{
    return at->stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* One that somebody else has mounted there holds as well, and stays his. */
static bool hold(const char *path)
{
    g_autofree char *note = note_of(path);
    struct statx at;

    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return errno ==
               ENOENT; /* /run/systemd is PID 1's: where that is not systemd, nobody makes resolved's */
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &at) < 0)
        return false;
    /* noted first: a worker may be killed in between */
    return is_mounted(&at) || (note_make(note) && mount(path, path, NULL, MS_BIND, NULL) == 0);
}

static bool make_directory(const char *path, int mode, GError **error)
{
    return mkdir(path, mode) == 0 || errno == EEXIST || refusal(error, "make", path);
}

/* The lock is had. The directory of @name's files is what tells hold_release() that somebody is up. */
static bool hold_all(const char *name, GError **error)
{
    g_autofree char *made = g_build_filename(ETC_MADE_DIR, name, NULL);

    if (!make_directory(EMPTY_DIR, 0755, error) || !make_directory(NOTES_DIR, 0755, error) ||
        !make_directory(ETC_MADE_DIR, ETC_MADE_MODE, error) || !make_directory(made, 0755, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++)
        if (!hold(hidden[i]))
            return refusal(error, "keep", hidden[i]);
    /* not held: programs that see the bus are to see it when it comes back */
    return make_directory(HIDDEN_BUS, 0755, error);
}

/* Two at once would mount a directory twice, of which one mount stays. */
bool hold_make(const char *name, GError **error)
{
    int lock = lock_take(LOCK_HELD, error);
    bool fine = lock >= 0 && hold_all(name, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

/* Lazily: a daemon's socket in there is in use. */
static void let_go(const char *path)
{
    g_autofree char *note = note_of(path);
    struct statx at;

    if (access(note, F_OK) < 0)
        return;
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &at) == 0 && is_mounted(&at) &&
        umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
        return; /* it is ours still */
    (void)unlink(note);
}

static void release_all(void)
{
    if (rmdir(ETC_MADE_DIR) < 0 && errno != ENOENT)
        return; /* another is up */
    for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++)
        let_go(hidden[i]);
    (void)rmdir(NOTES_DIR);
}

/* Without the lock they stay held, which the next who goes down mends. */
void hold_release(void)
{
    int lock = lock_take(LOCK_HELD, NULL);

    if (lock < 0)
        return;
    release_all();
    close(lock);
}
