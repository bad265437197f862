/* reach.c - see reach.h. */
#include "reach.h"

#include "firewall.h"
#include "forwarding.h"
#include "ip.h"
#include "record.h"

#include <string.h>

#define SUBJECT "reach"
#define APART "add element inet " FIREWALL_TABLE " apart"

struct Reach {
    const char *name;    /* whose detail is borrowed */
    GHashTable *details; /* char * to json_t *, which may be NULL */
};

static void detail_free(void *detail)
{
    json_decref(detail);
}

Reach *reach_new(const char *name, const json_t *detail)
{
    Reach *reach = g_new0(Reach, 1);

    reach->name = name;
    reach->details = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, detail_free);
    g_hash_table_insert(reach->details, g_strdup(name), json_incref((json_t *)detail));
    return reach;
}

void reach_free(Reach *reach)
{
    if (!reach)
        return;
    g_hash_table_unref(reach->details);
    g_free(reach);
}

/* Its links have their addresses, and it has not let go of the host: it is up, or about to be. */
static bool is_whole(const char *name, const json_t *detail)
{
    const json_t *links = json_object_get(detail, "links");
    size_t i;
    json_t *link;

    json_array_foreach(links, i, link) if (!json_object_get(link, "addresses")) return false;
    return links && forwarding_is_needed_by(name);
}

const json_t *reach_detail(Reach *reach, const char *name)
{
    gpointer detail;

    if (g_hash_table_lookup_extended(reach->details, name, NULL, &detail))
        return detail;
    g_autoptr(Record) record = record_load(name, NULL);
    detail = record && is_whole(name, record->detail) ? json_incref(record->detail) : NULL;
    g_hash_table_insert(reach->details, g_strdup(name), detail);
    return detail;
}

static bool may_reach(Reach *reach, const char *from, const char *to)
{
    size_t i;
    json_t *name;

    json_array_foreach(json_object_get(reach_detail(reach, from), "namespace_access"), i,
                       name) if (g_strcmp0(json_string_value(name), to) == 0) return true;
    return false;
}

static void add_name(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

char **reach_related(Reach *reach, const char *name)
{
    g_auto(GStrv) wanting = firewall_wanting(SUBJECT);
    GPtrArray *names = g_ptr_array_new();
    size_t i;
    json_t *other;

    json_array_foreach(json_object_get(reach_detail(reach, name), "namespace_access"), i,
                       other) if (json_is_string(other) && reach_detail(reach, json_string_value(other)))
        add_name(names, json_string_value(other));
    for (char **from = wanting; *from; from++)
        if (may_reach(reach, *from, name))
            add_name(names, *from);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

Families reach_families(const json_t *detail)
{
    Families families = FAMILIES_NONE;
    size_t i, j;
    json_t *link, *text;

    json_array_foreach(json_object_get(detail, "links"), i, link)
    {
        json_array_foreach(json_object_get(link, "addresses"), j, text)
        {
            IpPrefix prefix;
            if (json_is_true(json_object_get(link, "wire")) && json_is_string(text) &&
                ip_prefix_parse(json_string_value(text), &prefix, NULL))
                families |= prefix.address.family == AF_INET ? FAMILIES_IPV4 : FAMILIES_IPV6;
        }
    }
    return families;
}

static const char *end_of(const json_t *link)
{
    return json_is_true(json_object_get(link, "wire")) ? json_string_value(json_object_get(link, "host"))
                                                       : NULL;
}

static void append_pairs(GString *text, const json_t *from, const json_t *to)
{
    size_t i, j;
    json_t *link, *other;

    json_array_foreach(json_object_get(from, "links"), i, link)
    {
        json_array_foreach(json_object_get(to, "links"), j, other)
        {
            if (end_of(link) && end_of(other))
                g_string_append_printf(text,
                                       "add element inet " FIREWALL_TABLE " reach { \"%s\" . \"%s\" }\n",
                                       end_of(link), end_of(other));
        }
    }
}

bool reach_announce(const char *name, GError **error)
{
    g_auto(GStrv) wanting = firewall_wanting(SUBJECT);

    return g_strv_contains((const char *const *)wanting, name) || firewall_want(name, SUBJECT, "", error);
}

static void append_apart(GString *text, const char *line)
{
    if (!strstr(text->str, line))
        g_string_append(text, line);
}

/* Addresses of @to, which packets to it must not be led away from when it has gone. */
static void append_addresses(GString *text, const json_t *to)
{
    size_t i, j;
    json_t *link, *address;

    json_array_foreach(json_object_get(to, "links"), i, link)
    {
        json_array_foreach(json_object_get(link, "addresses"), j, address)
        {
            IpPrefix prefix;
            if (!end_of(link) || !json_is_string(address) ||
                !ip_prefix_parse(json_string_value(address), &prefix, NULL))
                continue;
            g_autofree char *plain = ip_address_format(&prefix.address);
            g_autofree char *line =
                g_strdup_printf(APART "%c { %s }\n", prefix.address.family == AF_INET ? '4' : '6', plain);
            append_apart(text, line);
        }
    }
}

/* Those that were noted before stay as long as @name is up: whose they are may be down now. */
static void append_noted(GString *text, const char *name)
{
    g_autofree char *before = firewall_wanted(name, SUBJECT);
    g_auto(GStrv) lines = g_strsplit(before ? before : "", "\n", -1);

    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, APART)) {
            g_autofree char *whole = g_strconcat(*line, "\n", NULL);
            append_apart(text, whole);
        }
}

/* An empty wish too, where those it may reach are not up: by it they find this one when they come. */
bool reach_want(Reach *reach, const char *name, GError **error)
{
    const json_t *detail = reach_detail(reach, name), *list = json_object_get(detail, "namespace_access");
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    json_t *other;

    json_array_foreach(list, i, other) if (json_is_string(other))
    {
        append_pairs(text, detail, reach_detail(reach, json_string_value(other)));
        append_addresses(text, reach_detail(reach, json_string_value(other)));
    }
    append_noted(text, name);
    return firewall_want(name, SUBJECT, list ? text->str : NULL, error);
}
