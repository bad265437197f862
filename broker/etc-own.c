/* etc-own.c - see etc-own.h. */
#include "etc-own.h"

#include "trusted.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define DIRECTORY "/etc/netns"
#define ENTRY_LENGTH 128

char *etc_own_path(const char *name, const char *entry)
{
    return g_build_filename(DIRECTORY, name, entry, NULL);
}

bool etc_own_is_meant(const char *entry)
{
    return entry[0] != '.' && !g_str_has_suffix(entry, "~");
}

bool etc_own_is_made(const char *entry)
{
    static const char *const made[] = {"resolv.conf", "nsswitch.conf", "hosts", NULL};

    return g_strv_contains(made, entry);
}

bool etc_own_check(const char *name, const char *entry, GError **error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    g_autofree char *path = etc_own_path(name, entry), *shown = g_strescape(path, NULL);

    if (strspn(entry, allowed) == strlen(entry) && strlen(entry) < ENTRY_LENGTH)
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                "%s: this name cannot be mounted over a file of /etc (only letters, digits, . _ -)", shown);
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **entries_of(const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    DIR *directory = opendir(path);
    const struct dirent *entry;

    if (!directory) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    while ((entry = readdir(directory)))
        if (etc_own_is_meant(entry->d_name))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    closedir(directory);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

char **etc_own_entries(const char *name, GError **error)
{
    g_autofree char *path = etc_own_path(name, NULL);
    g_autoptr(GError) why = NULL;
    struct stat st;
    int fd = trusted_open(path, &st, &why);

    if (fd >= 0) {
        close(fd);
        return entries_of(path, error);
    }
    if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_new0(char *, 1);
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}
