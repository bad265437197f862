/* etc-file.c - see etc-file.h. */
#include "etc-file.h"

#include "etc-directory.h"
#include "etc-own.h"
#include "paths.h"
#include "refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *etc_file_path(const char *name, const char *file)
{
    return g_build_filename(ETC_MADE_DIR, name, file, NULL);
}

/* First as long as it was, with empty lines, then cut: who reads in between finds nothing of @before, of
 * which a server may be left over that is not to be asked any more. (A read at the very moment of the write
 * may have of both, neither is atomic. One that is renamed into place would not be seen where this one is
 * mounted.)
 */
static bool overwrite(const char *path, const char *before, const char *text, GError **error)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t length = strlen(text), room = MAX(length, strlen(before));
    g_autofree char *padded = g_strnfill(room, '\n');
    bool fine = fd >= 0 && pwrite(fd, memcpy(padded, text, length), room, 0) == (ssize_t)room &&
                ftruncate(fd, (off_t)length) == 0;

    if (!fine)
        (void)refusal(error, "write", path);
    if (fd >= 0)
        close(fd);
    return fine;
}

static bool make(const char *path, const char *text, int mode, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);

    (void)mkdir(ETC_MADE_DIR, ETC_MADE_MODE);
    (void)mkdir(RUN_DIR "/resolver", 0711); /* resolvers have other users than root */
    if (g_mkdir_with_parents(dir, 0755) < 0)
        return refusal(error, "make", dir);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, error);
}

static bool write_text(const char *path, const char *text, int mode, GError **error)
{
    g_autofree char *before = NULL;

    if (!g_file_get_contents(path, &before, NULL, NULL))
        return make(path, text, mode, error);
    return g_str_equal(before, text) || overwrite(path, before, text, error);
}

bool etc_text_write(const char *path, const char *text, GError **error)
{
    return write_text(path, text, 0644, error);
}

bool etc_text_write_private(const char *path, const char *text, GError **error)
{
    return write_text(path, text, 0600, error);
}

bool etc_file_write(const char *name, const char *file, const char *text, GError **error)
{
    g_autofree char *path = etc_file_path(name, file);

    return etc_text_write(path, text, error);
}

static bool remove_file(const char *path, GError **error)
{
    return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR || refusal(error, "remove", path);
}

bool etc_file_remove(const char *name, const char *file, GError **error)
{
    g_autofree char *path = etc_file_path(name, file);

    if (!remove_file(path, error))
        return false;
    etc_directory_link(name, file);
    return true;
}

/* Whatever is in there: a worker that was killed leaves halves behind. Not the directories above: another may
 * be about to make its own in there. */
bool etc_files_remove(const char *name, GError **error)
{
    g_autofree char *path = etc_file_path(name, NULL);
    g_autofree char *resolver = g_build_filename(RUN_DIR, "resolver", name, NULL);

    etc_directory_empty(path);
    etc_directory_empty(resolver);
    if (access(path, F_OK) < 0 && access(resolver, F_OK) < 0)
        return true;
    const char *left = access(path, F_OK) == 0 ? path : resolver;
    errno = ENOTEMPTY;
    return refusal(error, "empty", left);
}
