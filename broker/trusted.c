/* trusted.c - files that only root can have put where they are.
 *
 * openat2(2) can forbid symlinks but not look at who owns what they lead through: a symlink of root's into a
 * directory of alice's lets alice choose the file. */
#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel: path_resolution(7) */

/* The walk: where we are, and what is left to do. */
typedef struct Walk {
    int at;         /* O_PATH fd of the last part */
    struct stat st; /* of it */
    char *rest;     /* path still to be walked */
    unsigned links;
    const char *whole; /* for messages */
} Walk;

static bool blame(const Walk *walk, GError **error, GFileError code, const char *why)
{
    g_set_error(error, G_FILE_ERROR, code, "%s: %s", walk->whole, why);
    return false;
}

static bool is_roots(const struct stat *st)
{
    return st->st_uid == 0 && (S_ISLNK(st->st_mode) || !(st->st_mode & 022));
}

/* Off to @fd, which the walk owns from now on. */
static bool walk_to(Walk *walk, int fd, GError **error)
{
    if (walk->at >= 0)
        close(walk->at);
    walk->at = fd;
    if (fstatat(fd, "", &walk->st, AT_EMPTY_PATH) < 0)
        return blame(walk, error, G_FILE_ERROR_FAILED, g_strerror(errno));
    return is_roots(&walk->st) ||
           blame(walk, error, G_FILE_ERROR_PERM, "a part of the path is not root's, or writable by others");
}

/* Takes the first component off the rest; NULL at the end. */
static char *component_take(Walk *walk)
{
    char *start = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(start, "/");
    if (length == 0)
        return NULL;
    char *component = g_strndup(start, length);
    char *rest = g_strdup(start + length);
    g_free(walk->rest);
    walk->rest = rest;
    return component;
}

static int root_open(void)
{
    return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The walk stands in the directory @link lies in. */
static bool link_follow(Walk *walk, const char *component, GError **error)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(walk->at, component, target, sizeof target - 1);
    if (length < 0 || (size_t)length == sizeof target - 1 || ++walk->links > LINKS_MAX)
        return blame(walk, error, G_FILE_ERROR_LOOP, "too many or too long symbolic links");
    target[length] = '\0';
    char *rest = g_strconcat(target, "/", walk->rest, NULL);
    g_free(walk->rest);
    walk->rest = rest;
    return target[0] != '/' || walk_to(walk, root_open(), error);
}

static bool walk_step(Walk *walk, const char *component, GError **error)
{
    int fd = openat(walk->at, component, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0) {
        bool absent = errno == ENOENT && walk->links == 0;
        return blame(walk, error, absent ? G_FILE_ERROR_NOENT : G_FILE_ERROR_FAILED, g_strerror(errno));
    }
    if (fstatat(fd, "", &st, AT_EMPTY_PATH) == 0 && S_ISLNK(st.st_mode)) {
        close(fd);
        if (!is_roots(&st))
            return blame(walk, error, G_FILE_ERROR_PERM, "a symbolic link in the path is not root's");
        return link_follow(walk, component, error);
    }
    return walk_to(walk, fd, error);
}

int trusted_open(const char *path, struct stat *ret, GError **error)
{
    Walk walk = {.at = -1, .rest = g_strdup(path), .whole = path};
    bool fine = walk_to(&walk, root_open(), error);
    for (char *component; fine && (component = component_take(&walk)); g_free(component))
        fine = walk_step(&walk, component, error);
    g_free(walk.rest);
    if (fine && !S_ISREG(walk.st.st_mode) && !S_ISDIR(walk.st.st_mode))
        fine = blame(&walk, error, G_FILE_ERROR_INVAL, "neither a regular file nor a directory");
    if (!fine && walk.at >= 0)
        close(walk.at);
    if (!fine)
        return -1;
    *ret = walk.st;
    return walk.at;
}
