/* whole.c - see whole.h. GLib's g_file_set_contents() gives what it writes another name each time, which
 * nobody finds again after a kill -9. */
#include "whole.h"

#include "refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX ".new"

static char *fresh_path(const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path), *base = g_path_get_basename(path);

    return g_strconcat(directory, "/.", base, SUFFIX, NULL);
}

/* A disk that is nearly full takes a part of it, and no errno says so. */
static bool write_text(int fd, const char *text)
{
    ssize_t length = (ssize_t)strlen(text), written = write(fd, text, (size_t)length);

    if (written >= 0 && written < length)
        errno = ENOSPC;
    return written == length;
}

static bool whole(const char *path, const char *text, mode_t mode, bool sync, GError **error)
{
    g_autofree char *fresh = fresh_path(path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    bool fine = fd >= 0 && write_text(fd, text) && (!sync || fsync(fd) == 0);

    if (fd >= 0)
        fine = close(fd) == 0 && fine;
    fine = fine && rename(fresh, path) == 0;
    if (!fine)
        (void)refusal(error, "write", path);
    return fine;
}

bool whole_write(const char *path, const char *text, mode_t mode, GError **error)
{
    return whole(path, text, mode, false, error);
}

bool whole_write_synced(const char *path, const char *text, mode_t mode, GError **error)
{
    return whole(path, text, mode, true, error);
}

bool whole_remove(const char *path, GError **error)
{
    whole_sweep(path);
    return unlink(path) == 0 || errno == ENOENT || refusal(error, "remove", path);
}

void whole_sweep(const char *path)
{
    g_autofree char *fresh = fresh_path(path);

    (void)unlink(fresh);
}

char *whole_left_of(const char *entry)
{
    return *entry == '.' && g_str_has_suffix(entry, SUFFIX)
               ? g_strndup(entry + 1, strlen(entry) - 1 - strlen(SUFFIX))
               : NULL;
}
