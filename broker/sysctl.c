/* sysctl.c - see sysctl.h. /proc/sys/net shows the namespace of whoever opens it (fs/proc/proc_sysctl.c,
 * net/sysctl_net.c). */
#include "sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int sysctl_open(const char *path, int flags)
{
    g_autofree char *full = g_strconcat("/proc/sys/", path, NULL);

    return open(full, flags | O_CLOEXEC);
}

bool sysctl_write(const char *path, const char *value, GError **error)
{
    int fd = sysctl_open(path, O_WRONLY);
    ssize_t length = (ssize_t)strlen(value);
    bool fine = fd >= 0 && write(fd, value, (size_t)length) == length;

    if (!fine)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    "cannot set /proc/sys/%s to \"%s\": %s", path, value, strerrordesc_np(errno));
    if (fd >= 0)
        close(fd);
    return fine;
}

char *sysctl_read(const char *path)
{
    int fd = sysctl_open(path, O_RDONLY);
    char text[256];
    ssize_t length;

    if (fd < 0)
        return NULL;
    length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length < 0)
        return NULL;
    text[length] = '\0';
    return g_strdup(g_strchomp(text));
}

char *sysctl_path(const char *name)
{
    char *path = g_strdup(name);
    const char *first = strpbrk(name, "./");

    if (first && *first == '.')
        for (char *p = path; *p; p++)
            *p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
    return path;
}
