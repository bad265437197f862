/* ways.c - see ways.h. */
#include "ways.h"

#include "firewall.h"
#include "gateway.h"
#include "ip.h"
#include "paths.h"
#include "reach.h"
#include "refusal.h"
#include "uplink-dns.h"
#include "uplink-rules.h"
#include "uplink-table.h"
#include "whole.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_DIR RUN_DIR "/uplink"
static const int families[] = {AF_INET, AF_INET6};

/* Strict source validation (rp_filter=1, RFC 3704) needs nothing from us. An answer that is forwarded is
 * validated with the interface that it will leave by as the incoming one of the lookup (fib_validate_source
 * in net/ipv4/fib_frontend.c, called by __mkroute_input): our rule for what comes in from the namespace
 * matches, and the table says the uplink. Measured on 6.1, 6.12 and 6.18. */

/* What the table holds: the uplink's own routes, so that its neighbours are reached directly; of two to the
 * same destination the better one. */
static void append_route(GArray *routes, const HostRoute *route)
{
    for (guint i = 0; i < routes->len; i++) {
        HostRoute *other = &g_array_index(routes, HostRoute, i);
        if (other->family != route->family || other->destination.length != route->destination.length ||
            !ip_address_equal(&other->destination.address, &route->destination.address))
            continue;
        if (route->metric < other->metric)
            *other = *route;
        return;
    }
    g_array_append_vals(routes, route, 1);
}

static bool is_of(const HostRoute *route, const Uplink *uplink, int family)
{
    return route->family == family && uplink->interface && route->index == uplink->interface->index &&
           route->table == uplink->table && route->destination.length > 0 &&
           !(family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&route->destination.address.v6));
}

static void append_uplink(GArray *routes, const Network *network, int family, const Uplink *uplink)
{
    HostRoute out = {.family = family, .destination.address.family = family, .gateway = uplink->gateway};

    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        if (is_of(route, uplink, family))
            append_route(routes, route);
    }
    if (!uplink->has_default)
        return;
    out.index = uplink->interface->index;
    g_array_append_val(routes, out);
}

/* The way back: a VPN's rule for everything would lead answers into the tunnel (Tailscale's table 52). */
static void append_end(GArray *routes, const WayEnd *end, int family, unsigned index)
{
    for (guint i = 0; index && i < end->prefixes->len; i++) {
        const IpPrefix *prefix = end->prefixes->pdata[i];
        HostRoute back = {.family = family, .destination = ip_prefix_network(prefix), .index = index};
        if (prefix->address.family == family)
            g_array_append_val(routes, back);
    }
}

static void append_neighbours(GArray *routes, const GArray *neighbours, int family, Nl *host)
{
    for (guint i = 0; neighbours && i < neighbours->len; i++) {
        const WayEnd *end = &g_array_index(neighbours, WayEnd, i);
        append_end(routes, end, family, nl_ifindex(host, end->host_name));
    }
}

static bool set_end(const WayEnd *end, const GArray *neighbours, const Network *network,
                    const Uplink *uplinks, Nl *host, GError **error)
{
    unsigned index = nl_ifindex(host, end->host_name);
    UplinkRules rules = {end->table, end->host_name, index ? end->prefixes : NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        g_autoptr(GArray) routes = g_array_new(FALSE, FALSE, sizeof(HostRoute));
        append_uplink(routes, network, families[i], &uplinks[i]);
        append_end(routes, end, families[i], index);
        append_neighbours(routes, neighbours, families[i], host);
        if (!uplink_table_set(host, families[i], end->table, routes, error) ||
            !uplink_rules_set(host, families[i], &rules, error))
            return false;
    }
    return true;
}

static char *pairs_text(const Ways *ways, const Uplink *uplinks)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < ways->ends->len; i++)
        for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
            const Interface *out = uplinks[f].interface;
            if (!out || !if_name_sayable(out->name) || (f > 0 && out == uplinks[0].interface))
                continue;
            g_string_append_printf(text, "%s\"%s\" . \"%s\"", text->len ? ", " : "",
                                   g_array_index(ways->ends, WayEnd, i).host_name, out->name);
        }
    return text->len ? g_strdup_printf("add element inet " FIREWALL_TABLE " ways { %s }\n", text->str) : NULL;
}

static json_t *describe(const Uplink *uplink)
{
    g_autofree char *gateway =
        uplink->gateway.family != AF_UNSPEC ? ip_address_format(&uplink->gateway) : NULL;

    if (!uplink->interface)
        return json_null();
    return json_pack("{s:s, s:s*}", "interface", uplink->interface->name, "gateway", gateway);
}

static json_t *words(char *const *list)
{
    json_t *array = json_array();

    for (; *list; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

static char *state_path(const char *name)
{
    return g_strconcat(STATE_DIR "/", name, ".json", NULL);
}

static bool state_save(const Ways *ways, const Network *network, const Uplink *uplinks, GError **error)
{
    g_autofree char *path = state_path(ways->name);
    g_auto(GStrv) servers = uplink_servers(network, &uplinks[0], &uplinks[1]);
    json_t *state =
        json_pack("{s:o, s:o, s:o, s:o}", "wanted", words(ways->wanted), "ipv4", describe(&uplinks[0]),
                  "ipv6", describe(&uplinks[1]), "servers", words(servers));
    json_t *before = ways_state(ways->name);
    char *text = json_equal(before, state) ? NULL : json_dumps(state, JSON_INDENT(1));
    bool fine = !text || (g_mkdir_with_parents(STATE_DIR, 0700) == 0 && whole_write(path, text, 0644, error));

    if (!fine && error && !*error)
        (void)refusal(error, "make", STATE_DIR);
    free(text);
    json_decref(before);
    json_decref(state);
    return fine;
}

json_t *ways_state(const char *name)
{
    g_autofree char *path = state_path(name);
    json_t *state = json_load_file(path, 0, NULL);

    if (json_is_object(state))
        return state;
    json_decref(state);
    return NULL;
}

static char **strings_of(const json_t *texts)
{
    GPtrArray *list = g_ptr_array_new();
    size_t i;
    json_t *text;

    json_array_foreach(texts, i, text) if (json_is_string(text))
        g_ptr_array_add(list, g_strdup(json_string_value(text)));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

char **ways_servers(const char *name)
{
    json_t *state = ways_state(name);
    char **servers = strings_of(json_object_get(state, "servers"));

    json_decref(state);
    return servers;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **ways_names(void)
{
    g_autoptr(GDir) dir = g_dir_open(STATE_DIR, 0, NULL); /* none: nobody has */
    GPtrArray *names = g_ptr_array_new();
    const char *file;

    while (dir && (file = g_dir_read_name(dir)))
        if (g_str_has_suffix(file, ".json"))
            g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(".json")));
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

bool ways_set(const Ways *ways, const Network *network, Nl *host, GError **error)
{
    const Uplink uplinks[] = {uplink_find(network, AF_INET, ways->wanted),
                              uplink_find(network, AF_INET6, ways->wanted)};
    g_autofree char *pairs = pairs_text(ways, uplinks);

    gateway_note(network);
    if (!firewall_want(ways->name, "ways", pairs, error))
        return false;
    for (guint i = 0; i < ways->ends->len; i++)
        if (!set_end(&g_array_index(ways->ends, WayEnd, i), ways->neighbours, network, uplinks, host, error))
            return false;
    return state_save(ways, network, uplinks, error);
}

/* ---- from a record */

static GPtrArray *prefixes_of(const json_t *texts)
{
    GPtrArray *prefixes = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *text;

    json_array_foreach(texts, i, text)
    {
        IpPrefix prefix = {0};
        if (json_is_string(text) && ip_prefix_parse(json_string_value(text), &prefix, NULL))
            g_ptr_array_add(prefixes, g_memdup2(&prefix, sizeof prefix));
    }
    return prefixes;
}

static void clear_end(void *data)
{
    g_ptr_array_unref((GPtrArray *)((WayEnd *)data)->prefixes);
}

static GArray *ends_new(void)
{
    GArray *ends = g_array_new(FALSE, FALSE, sizeof(WayEnd));

    g_array_set_clear_func(ends, clear_end);
    return ends;
}

/* Those of @links that have something under @key. */
static void append_ends(GArray *ends, const json_t *links, const char *key)
{
    size_t i;
    json_t *link;

    json_array_foreach(links, i, link)
    {
        const char *host_name = json_string_value(json_object_get(link, "host"));
        WayEnd end = {host_name, (uint32_t)json_integer_value(json_object_get(link, "table")), NULL};
        if (!json_object_get(link, key) || !host_name)
            continue;
        end.prefixes = prefixes_of(json_object_get(link, "host_addresses"));
        g_array_append_val(ends, end);
    }
}

static GArray *ends_of(const json_t *links)
{
    GArray *ends = ends_new();

    append_ends(ends, links, "table");
    return ends;
}

/* Their names are borrowed from @reach. */
static GArray *neighbours_of(Reach *reach, const char *name)
{
    GArray *ends = ends_new();
    g_auto(GStrv) related = reach_related(reach, name);

    for (char **other = related; *other; other++)
        append_ends(ends, json_object_get(reach_detail(reach, *other), "links"), "wire");
    return ends;
}

bool ways_set_again(const char *name, const json_t *detail, const Network *network, Nl *host, GError **error)
{
    g_auto(GStrv) wanted = strings_of(json_object_get(detail, "uplink"));
    g_autoptr(Reach) reach = reach_new(name, detail);
    g_autoptr(GArray) ends = ends_of(json_object_get(detail, "links")),
                      neighbours = neighbours_of(reach, name);
    Ways ways = {name, wanted, ends, neighbours};

    return !wanted[0] || ways_set(&ways, network, host, error);
}

bool ways_remove(const char *name, const json_t *detail, Nl *host, GError **error)
{
    g_autofree char *path = state_path(name);
    g_autoptr(GArray) ends = ends_of(json_object_get(detail, "links"));
    bool fine = true;

    for (guint i = 0; i < ends->len; i++)
        fine = uplink_table_remove(host, g_array_index(ends, WayEnd, i).table,
                                   g_array_index(ends, WayEnd, i).host_name, fine ? error : NULL) &&
               fine;
    (void)whole_remove(path, NULL);
    (void)rmdir(STATE_DIR);
    return fine;
}
