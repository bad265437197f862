/* lock.c - see lock.h. flock(2): released by the kernel however the holder ends. */
#include "lock.h"

#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_DIR RUN_DIR "/lock"

int lock_take(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(LOCK_DIR, name, NULL);
    int fd, errnum;

    if (g_mkdir_with_parents(RUN_DIR, 0755) < 0 || (mkdir(LOCK_DIR, 0700) < 0 && errno != EEXIST)) {
        errnum = errno;
        fd = -1;
    } else {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        errnum = errno;
        while (fd >= 0 && flock(fd, LOCK_EX) < 0)
            if (errno != EINTR) {
                errnum = errno;
                close(fd);
                fd = -1;
            }
    }
    if (fd < 0)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errnum), "cannot lock %s: %s", path,
                    strerrordesc_np(errnum));
    return fd;
}
