/* leased.c - see leased.h. */
#include "leased.h"

#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DHCP_DIR RUN_DIR "/dhcp"

const char *const leased_sources[] = {"ipv4", "ipv6", "ra", NULL};

char *leased_directory(const char *name)
{
    return g_build_filename(DHCP_DIR, name, NULL);
}

char *leased_file(const char *name, const char *label, const char *suffix)
{
    return g_strconcat(DHCP_DIR "/", name, "/", label, suffix, NULL);
}

json_t *leased_load(const char *name, const char *label)
{
    g_autofree char *file = leased_file(name, label, ".json");
    json_t *lease = json_load_file(file, 0, NULL);

    if (json_is_object(lease))
        return lease;
    json_decref(lease);
    return NULL;
}

json_t *leased_asked(bool ipv4, bool ipv6)
{
    json_t *asked = json_array();

    if (ipv4)
        json_array_append_new(asked, json_string("ipv4"));
    if (ipv6)
        json_array_append_new(asked, json_string("ipv6"));
    return asked;
}

static bool has_address(const json_t *part)
{
    return json_array_size(json_object_get(part, "addresses")) > 0;
}

bool leased_has(const json_t *lease, const char *family)
{
    return has_address(json_object_get(lease, family)) ||
           (g_str_equal(family, "ipv6") && has_address(json_object_get(lease, "ra")));
}

static bool lacks(const json_t *lease, const char *family)
{
    size_t i;
    json_t *asked;

    json_array_foreach(json_object_get(lease, "asked"), i, asked)
    {
        if (g_strcmp0(json_string_value(asked), family) == 0)
            return !leased_has(lease, family);
    }
    return false;
}

const char *leased_missing(const json_t *lease)
{
    if (!leased_has(lease, "ipv4") && !leased_has(lease, "ipv6"))
        return "lease";
    return lacks(lease, "ipv4") ? "IPv4 lease" : lacks(lease, "ipv6") ? "IPv6 lease" : NULL;
}

gint64 leased_part_end(const json_t *part)
{
    gint64 seconds = json_integer_value(json_object_get(part, "seconds")),
           begun = json_integer_value(json_object_get(part, "boot"));

    if (seconds <= 0 || seconds >= LEASED_FOR_EVER)
        return G_MAXINT64;
    return g_get_real_time() / G_USEC_PER_SEC + begun + seconds - leased_clock();
}

gint64 leased_end(const json_t *lease)
{
    gint64 end = 0;

    for (const char *const *source = leased_sources; *source; source++) {
        const json_t *part = json_object_get(lease, *source);
        if (has_address(part))
            end = MAX(end, leased_part_end(part));
    }
    return end;
}

bool leased_save(const char *name, const char *label, const json_t *lease, GError **error)
{
    g_autofree char *file = leased_file(name, label, ".json");
    char *text = json_dumps(lease, JSON_INDENT(1));
    bool fine = g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);

    free(text);
    return fine;
}

gint64 leased_clock(void)
{
    struct timespec now = {};

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

static void add_words(GPtrArray *words, const json_t *list)
{
    size_t i;
    json_t *word;

    json_array_foreach(list, i, word)
    {
        const char *text = json_string_value(word);
        if (text && !g_ptr_array_find_with_equal_func(words, text, g_str_equal, NULL))
            g_ptr_array_add(words, g_strdup(text));
    }
}

json_t *leased_all(const Record *record)
{
    json_t *leases = json_array(), *link;
    size_t i;

    json_array_foreach(json_object_get(record->detail, "links"), i, link)
    {
        const char *label = json_string_value(json_object_get(link, "label"));
        json_t *lease = label ? leased_load(record->name, label) : NULL;
        if (lease)
            json_array_append_new(leases, lease);
    }
    return leases;
}

char **leased_words(const json_t *leases, const char *key)
{
    GPtrArray *words = g_ptr_array_new();
    size_t i;
    json_t *lease;

    json_array_foreach(leases, i, lease)
    {
        for (const char *const *source = leased_sources; *source; source++)
            add_words(words, json_object_get(json_object_get(lease, *source), key));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
