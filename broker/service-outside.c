/* service-outside.c - see service-outside.h. */
#include "service-outside.h"

#include "dropin.h"
#include "properties.h"
#include "service-user.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEMPLATE "@.service"

/* What systemctl finds the running ones by: of a template its instances. Owned by the caller. */
static char *pattern_of(const char *unit)
{
    return g_str_has_suffix(unit, TEMPLATE)
               ? g_strdup_printf("%.*s@*.service", (int)(strlen(unit) - strlen(TEMPLATE)), unit)
               : g_strdup(unit);
}

/* An instance with a drop-in of its own is somewhere else on purpose. */
static bool has_its_own(const char *id, const json_t *units, bool user)
{
    g_autofree char *directory = user ? service_user_directory() : g_strdup(DROPIN_SYSTEM), *name = NULL;
    size_t i;
    const json_t *unit;

    json_array_foreach((json_t *)units, i, unit)
    {
        if (g_strcmp0(json_string_value(unit), id) == 0)
            return false;
    }
    return !dropin_read(directory, id, &name, NULL) || name;
}

/* False also of a process that the caller may not look at. */
static bool is_elsewhere(const char *pid, const struct stat *inside)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/ns/net", pid);
    struct stat st;

    return atoi(pid) > 0 && stat(path, &st) == 0 &&
           (st.st_dev != inside->st_dev || st.st_ino != inside->st_ino);
}

static void add(json_t *outside, const json_t *units, bool user, const struct stat *inside)
{
    g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    const json_t *unit;

    json_array_foreach((json_t *)units, i, unit)
        g_ptr_array_add(patterns, pattern_of(json_string_value(unit)));
    g_ptr_array_add(patterns, NULL);
    g_auto(GStrv) shown =
        patterns->len > 1 ? properties_show(user, "Id,MainPID", (char *const *)patterns->pdata) : NULL;
    for (char **one = shown; one && *one; one++) {
        g_autofree char *id = properties_value(*one, "Id"), *pid = properties_value(*one, "MainPID");
        if (is_elsewhere(pid, inside) && !has_its_own(id, units, user))
            json_array_append_new(outside, json_string(id));
    }
}

void service_outside_add(json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    g_autofree char *path = g_build_filename("/run/netns", name, NULL);
    json_t *outside = json_array();
    struct stat inside = {};

    if (stat(path, &inside) < 0)
        inside = (struct stat){}; /* it is down: whoever runs is elsewhere */
    add(outside, json_object_get(entry, "services"), false, &inside);
    add(outside, json_object_get(entry, "user_services"), true, &inside);
    if (json_array_size(outside))
        json_object_set(entry, "outside", outside);
    json_decref(outside);
}
