/* lock.c - see lock.h. flock(2): released by the kernel however the holder ends. */
#include "lock.h"

#include "paths.h"
#include "refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_DIR RUN_DIR "/lock"

/* -1 and errno. */
static int lock_open(const char *path)
{
    if (g_mkdir_with_parents(RUN_DIR, 0755) < 0 || (mkdir(LOCK_DIR, 0700) < 0 && errno != EEXIST))
        return -1;
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Closes @fd where it cannot be had; -1 and errno. */
static int lock_get(int fd, int how)
{
    while (fd >= 0 && flock(fd, how) < 0)
        if (errno != EINTR) {
            int errnum = errno;
            close(fd);
            errno = errnum;
            return -1;
        }
    return fd;
}

int lock_take(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(LOCK_DIR, name, NULL);
    int fd = lock_get(lock_open(path), LOCK_EX);

    if (fd < 0)
        (void)refusal(error, "lock", path);
    return fd;
}

int lock_try(const char *name)
{
    g_autofree char *path = g_build_filename(LOCK_DIR, name, NULL);

    return lock_get(lock_open(path), LOCK_EX | LOCK_NB);
}

void lock_release(int fd)
{
    (void)flock(fd, LOCK_UN);
    close(fd);
}

bool lock_is_held(const char *name)
{
    g_autofree char *path = g_build_filename(LOCK_DIR, name, NULL);
    int fd = lock_get(lock_open(path), LOCK_SH | LOCK_NB);

    if (fd >= 0)
        close(fd);
    return fd < 0;
}
