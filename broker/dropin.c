/* dropin.c - see dropin.h.
 *
 * The files themselves are the only record of what is attached: what an administrator copies to another
 * machine, or removes by hand, counts as if the verbs had done it. */
#include "dropin.h"

#include "conf.h"
#include "refusal.h"
#include "whole.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "50-netns-broker.conf"
#define OURS "# netnsctl attach "
#define USERS "--user "

char *dropin_path(const char *directory, const char *unit)
{
    return g_strdup_printf("%s/%s.d/" FILE_NAME, directory, unit);
}

char *dropin_heading(const char *name, const char *unit, bool user)
{
    const char *option = user ? USERS : "";

    return g_strdup_printf(OURS "%s%s %s made this file; netnsctl detach %s%s removes it.\n", option, name,
                           unit, option, unit);
}

/* The third word of the heading. NULL: it is none of ours. */
static char *heading_parse(const char *text)
{
    const char *at = g_str_has_prefix(text, OURS) ? text + strlen(OURS) : NULL;
    g_autofree char *name = NULL;

    if (!at)
        return NULL;
    at += g_str_has_prefix(at, USERS) ? strlen(USERS) : 0;
    name = g_strndup(at, strcspn(at, " \n"));
    return conf_name_valid(name, NULL) ? g_steal_pointer(&name) : NULL;
}

bool dropin_read(const char *directory, const char *unit, char **ret, GError **error)
{
    g_autofree char *path = dropin_path(directory, unit), *text = NULL, *name = NULL;
    g_autoptr(GError) why = NULL;

    if (!g_file_get_contents(path, &text, NULL, &why)) {
        if (!g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            g_propagate_error(error, g_steal_pointer(&why));
            return false;
        }
        *ret = NULL;
        return true;
    }
    name = heading_parse(text);
    if (!name) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                    "%s was not made by netnsctl attach, and is left alone", path);
        return false;
    }
    *ret = g_steal_pointer(&name);
    return true;
}

bool dropin_write(const char *directory, const char *unit, const char *text, GError **error)
{
    g_autofree char *path = dropin_path(directory, unit), *parent = g_path_get_dirname(path);

    if (g_mkdir_with_parents(parent, 0755) < 0)
        return refusal(error, "make", parent);
    return whole_write_synced(path, text, 0644, error);
}

static bool remove_one(const char *directory, const char *unit, GError **error)
{
    g_autofree char *path = dropin_path(directory, unit), *parent = g_path_get_dirname(path);

    if (!whole_remove(path, error))
        return false;
    (void)rmdir(parent); /* other drop-ins of the unit keep it */
    return true;
}

char *dropin_text(const char *directory, const char *unit)
{
    g_autofree char *path = dropin_path(directory, unit);
    char *text = NULL;

    (void)g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

bool dropin_set(const char *directory, const char *unit, const char *text, GError **error)
{
    return text ? dropin_write(directory, unit, text, error) : remove_one(directory, unit, error);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the units that have a directory for drop-ins, sorted. */
static GPtrArray *units_list(const char *path)
{
    GPtrArray *units = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);

    for (const char *entry; directory && (entry = g_dir_read_name(directory));)
        if (g_str_has_suffix(entry, ".d"))
            g_ptr_array_add(units, g_strndup(entry, strlen(entry) - strlen(".d")));
    if (units->len)
        qsort(units->pdata, units->len, sizeof units->pdata[0], compare);
    return units;
}

void dropin_remove_all(const char *directory)
{
    g_autoptr(GPtrArray) units = units_list(directory);

    for (guint i = 0; i < units->len; i++)
        (void)remove_one(directory, units->pdata[i], NULL);
    (void)rmdir(directory);
}

json_t *dropin_attached(const char *directory)
{
    g_autoptr(GPtrArray) units = units_list(directory);
    json_t *attached = json_object();

    for (guint i = 0; i < units->len; i++) {
        g_autofree char *name = NULL;
        if (!dropin_read(directory, units->pdata[i], &name, NULL) || !name)
            continue;
        if (!json_object_get(attached, name))
            json_object_set_new(attached, name, json_array());
        json_array_append_new(json_object_get(attached, name), json_string(units->pdata[i]));
    }
    return attached;
}
