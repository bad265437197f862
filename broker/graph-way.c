/* graph-way.c - see graph-way.h.
 *
 * Inside a namespace its routes are read here: only whoever is in there could ask the kernel. For what comes
 * out into the host the kernel is asked, as rules, tables and VPNs that replace half of the Internet are its
 * business. */
#include "graph-way.h"

#include "firewall.h"
#include "graph-read.h"
#include "ip.h"
#include "survey-link.h"

#include <string.h>

typedef struct Search {
    Graph *graph;
    const json_t *links; /* the host's */
    GraphAsk ask;
    void *user;
} Search;

static const int families[] = {AF_INET, AF_INET6};

static Families families_of(int family)
{
    return family == AF_INET ? FAMILIES_IPV4 : FAMILIES_IPV6;
}

/* k.root-servers.net, which is everywhere. Nobody routes to it by itself, as VPN clients do to their own
 * resolvers (1.1.1.1, 8.8.8.8), and nobody makes it unreachable, as some firewalls do the documentation's
 * networks. */
const char *graph_somewhere(int family)
{
    return family == AF_INET ? "193.0.14.129" : "2001:7fd::1";
}

static const char *string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- inside ---- */

typedef struct Route {
    int length; /* of its prefix; -1: none found */
    json_int_t metric;
    const json_t *json;
} Route;

/* The length of the prefix, -1 when it does not lead towards the Internet. */
static int leads_out(const json_t *route, int family)
{
    const char *destination = string(route, "destination");
    IpAddress somewhere;
    IpPrefix prefix;
    if (g_strcmp0(string(route, "family"), family == AF_INET ? "ipv4" : "ipv6") != 0 || !destination)
        return -1;
    if (g_str_equal(destination, "default"))
        return 0;
    if (!ip_prefix_parse(destination, &prefix, NULL) ||
        !ip_address_parse(graph_somewhere(family), &somewhere, NULL) ||
        !ip_prefix_contains(&prefix, &somewhere))
        return -1;
    return prefix.length;
}

/* The best of one table, or of all others: rules inside are not followed. */
static Route best_route(const json_t *entry, int family, bool main)
{
    Route best = {.length = -1};
    size_t i;
    const json_t *json;
    json_array_foreach(json_object_get(entry, "routes"), i, json)
    {
        Route route = {leads_out(json, family), json_integer_value(json_object_get(json, "metric")), json};
        bool is_main = g_strcmp0(string(json, "table"), "main") == 0;
        if (route.length >= 0 && is_main == main &&
            (route.length > best.length || (route.length == best.length && route.metric < best.metric)))
            best = route;
    }
    return best;
}

/* By which link, and to which next hop (NULL: none). false: there is no way. */
static bool way_inside(const json_t *entry, int family, const char **ret_link, const char **ret_gateway)
{
    Route best = best_route(entry, family, true);
    if (best.length < 0)
        best = best_route(entry, family, false);
    if (best.length < 0 || g_strcmp0(string(best.json, "type"), "unicast") != 0)
        return false;
    const json_t *hops = json_object_get(best.json, "nexthops");
    const json_t *hop = json_array_size(hops) > 0 ? json_array_get(hops, 0) : best.json;
    *ret_link = string(hop, "link");
    *ret_gateway = string(hop, "gateway");
    return *ret_link != NULL;
}

static bool is_of_family(const char *address, int family)
{
    return (strchr(address, ':') != NULL) == (family == AF_INET6);
}

/* The first address of a family without its length, owned by the caller; NULL. */
static char *first_address(const GPtrArray *addresses, int family)
{
    for (guint i = 0; i < addresses->len; i++) {
        const char *text = addresses->pdata[i];
        if (is_of_family(text, family))
            return g_strndup(text, strcspn(text, "/"));
    }
    return NULL;
}

static bool has_route_by(const json_t *entry, const char *link)
{
    size_t i;
    const json_t *route;
    json_array_foreach(json_object_get(entry, "routes"), i, route)
    {
        if (string(route, "gateway") && g_strcmp0(string(route, "link"), link) == 0)
            return true;
    }
    return false;
}

/* ---- doors ---- */

/* Whose end in the host is this? NULL: nobody's in the picture. */
static const GraphNamespace *owner_of_port(const Graph *graph, const char *name)
{
    for (guint n = 0; n < graph->namespaces->len; n++) {
        const GraphNamespace *ns = graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            const GraphLink *link = ns->links->pdata[l];
            if (graph_kind_is_pair(link->kind) && g_strcmp0(link->port, name) == 0)
                return ns;
        }
    }
    return NULL;
}

/* What a bridge is connected to besides namespaces: cards are doors, the rest (machines, containers) is
 * counted. */
static void read_bridge_ports(Search *search, guint bridge)
{
    const char *name = graph_door(search->graph, bridge)->name;
    size_t i;
    const json_t *link;
    json_array_foreach(search->links, i, link)
    {
        const char *port = string(link, "name"), *kind = string(link, "kind");
        if (g_strcmp0(string(link, "master"), name) != 0 || !port || owner_of_port(search->graph, port))
            continue;
        if (graph_kind_is_pair(kind) || g_strcmp0(kind, "tun") == 0) {
            graph_door(search->graph, bridge)->others++;
        } else {
            guint card = graph_door_get(search->graph, port, NULL, link);
            graph_edge_add(graph_door(search->graph, bridge)->edges, card, FAMILIES_BOTH, true);
        }
    }
}

static guint door_of_host(Search *search, const char *name)
{
    guint before = search->graph->doors->len;
    guint door = graph_door_get(search->graph, name, NULL, survey_link_by_name(search->links, name));
    if (door == before && graph_door(search->graph, door)->type == DOOR_BRIDGE)
        read_bridge_ports(search, door);
    return door;
}

/* The end of a namespace that need not be in the picture. */
static bool is_port(const Search *search, const char *name)
{
    const json_t *link = survey_link_by_name(search->links, name);
    uint32_t group = (uint32_t)json_integer_value(json_object_get(link, "group"));
    return (group & FIREWALL_GROUP_MASK) == FIREWALL_GROUP;
}

/* The number of a bridge's first card; -1: it has none. */
static int card_of(const GraphDoor *bridge)
{
    for (guint i = 0; i < bridge->edges->len; i++)
        if (graph_edge(bridge->edges, i)->frames)
            return (int)graph_edge(bridge->edges, i)->door;
    return -1;
}

/* Packets to the Internet go this way: by a bridge's card, where it has one. */
static void mark_leads_out(Search *search, guint number, int family, const char *gateway)
{
    GraphDoor *door = graph_door(search->graph, number);
    const GraphNamespace *owner = owner_of_port(search->graph, door->name);
    char **hop = &door->gateways[family == AF_INET6];
    if (door->type == DOOR_BRIDGE && card_of(door) >= 0) {
        mark_leads_out(search, (guint)card_of(door), family, gateway);
        return;
    }
    door->leads_out = true;
    if (!door->inside && (owner || is_port(search, door->name))) {
        door->type = DOOR_NAMESPACE;
        g_free(door->towards);
        door->towards = g_strdup(owner ? owner->name : "another namespace");
    } else if (door->type == DOOR_NETWORK) {
        door->type = DOOR_UPLINK;
    }
    if (gateway && *gateway && !*hop)
        *hop = g_strdup(gateway);
}

/* ---- ways through the host ---- */

/* Adds an edge to @edges where there is a way. */
static GraphWay add_way(Search *search, GArray *edges, const GraphQuestion *question)
{
    GraphAnswer answer = {.way = WAY_NONE};
    search->ask(question, &answer, search->user);
    if (answer.way == WAY_FOUND && g_strcmp0(answer.link, question->incoming) == 0)
        answer.way = WAY_NONE; /* back where it came from */
    if (answer.way == WAY_FOUND) {
        guint door = door_of_host(search, answer.link);
        mark_leads_out(search, door, question->family, answer.gateway);
        graph_edge_add(edges, door, families_of(question->family), false);
        search->graph->families |= families_of(question->family);
    }
    return answer.way;
}

static const char *note_of(GraphWay way)
{
    return way == WAY_NOT_FORWARDED ? "not forwarded" : way == WAY_NONE ? "no way out" : NULL;
}

/* From an end in the host: where the host's routing takes it. */
static void route_port(Search *search, const json_t *entry, GraphLink *link)
{
    const char *note = has_route_by(entry, link->name) ? NULL : "to the host only";
    for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
        const char *by, *gateway;
        g_autofree char *source = first_address(link->addresses, families[f]);
        GraphQuestion question = {families[f], .incoming = link->port, .source = source};
        if (!source || !way_inside(entry, families[f], &by, &gateway) || g_strcmp0(by, link->name) != 0)
            continue;
        note = note_of(add_way(search, link->edges, &question));
    }
    if (link->edges->len == 0)
        link->note = note;
}

static bool host_has_address(const Search *search, const char *address)
{
    size_t i, j;
    const json_t *link, *text;
    json_array_foreach(search->links, i, link)
    {
        json_array_foreach(json_object_get(link, "addresses"), j, text)
        {
            const char *own = json_string_value(text);
            size_t length = own ? strcspn(own, "/") : 0;
            if (own && strlen(address) == length && strncmp(own, address, length) == 0)
                return true;
        }
    }
    return false;
}

/* A port of a bridge: on through it to a card, or, where the host is the gateway, by the host's routing. */
static void join_bridge(Search *search, const json_t *entry, GraphLink *link, const char *name)
{
    guint bridge = door_of_host(search, name);
    graph_edge_add(link->edges, bridge, FAMILIES_BOTH, true);
    for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
        const char *by, *gateway;
        g_autofree char *source = first_address(link->addresses, families[f]);
        GraphQuestion question = {families[f], .incoming = name, .source = source};
        if (!way_inside(entry, families[f], &by, &gateway) || g_strcmp0(by, link->name) != 0 || !gateway)
            continue;
        if (source && host_has_address(search, gateway))
            (void)add_way(search, graph_door(search->graph, bridge)->edges, &question);
        else if (card_of(graph_door(search->graph, bridge)) >= 0)
            mark_leads_out(search, bridge, families[f], gateway);
    }
}

/* On a card of the host, or a door of its own. */
static void leave_by(Search *search, const json_t *entry, GraphLink *link, guint door)
{
    graph_edge_add(link->edges, door, FAMILIES_BOTH, true);
    for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
        const char *by, *gateway;
        if (way_inside(entry, families[f], &by, &gateway) && g_strcmp0(by, link->name) == 0)
            mark_leads_out(search, door, families[f], gateway);
    }
}

static bool is_card(const char *kind)
{
    return g_strcmp0(kind, "physical") == 0 || graph_kind_is_tunnel(kind);
}

static void find_frames(Search *search, const json_t *entry, const GraphNamespace *ns, GraphLink *link,
                        const json_t *from)
{
    const json_t *port = link->port ? survey_link_by_name(search->links, link->port) : NULL;
    const char *parent = string(from, "parent"), *master = string(port, "master");
    if (parent)
        leave_by(search, entry, link, door_of_host(search, parent));
    else if (master && graph_kind_is_pair(link->kind))
        join_bridge(search, entry, link, master);
    else if (!link->port && link->up && is_card(link->kind))
        leave_by(search, entry, link, graph_door_get(search->graph, link->name, ns->name, from));
}

typedef void Visit(Search *, const json_t *entry, const GraphNamespace *ns, GraphLink *link,
                   const json_t *from);

static void find_routed(Search *search, const json_t *entry, const GraphNamespace *ns, GraphLink *link,
                        const json_t *from)
{
    const json_t *port = link->port ? survey_link_by_name(search->links, link->port) : NULL;
    if (port && graph_kind_is_pair(link->kind) && !string(port, "master"))
        route_port(search, entry, link);
}

static void visit_links(Search *search, const GPtrArray *present, Visit *visit)
{
    for (guint n = 0; n < present->len; n++) {
        const json_t *entry = present->pdata[n];
        GraphNamespace *ns = search->graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            GraphLink *link = ns->links->pdata[l];
            visit(search, entry, ns, link, survey_link_by_name(json_object_get(entry, "links"), link->name));
        }
    }
}

/* ---- what carries a tunnel ---- */

/* The one interface by which a packet could leave outside of any tunnel; NULL: none, or several. */
static const char *only_uplink(const Search *search)
{
    const char *only = NULL;
    size_t i;
    const json_t *link;
    json_array_foreach(search->links, i, link)
    {
        const char *name = string(link, "name"), *kind = string(link, "kind");
        bool found = false;
        if (!name || graph_kind_is_tunnel(kind) || string(link, "master") ||
            owner_of_port(search->graph, name))
            continue;
        for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
            GraphQuestion question = {families[f], .outgoing = name};
            GraphAnswer answer = {.way = WAY_NONE};
            search->ask(&question, &answer, search->user);
            /* without a gateway: the kernel takes the whole world for neighbours where it has no route */
            found |= answer.way == WAY_FOUND && answer.gateway[0] && g_str_equal(answer.link, name);
        }
        if (found && only)
            return NULL;
        if (found)
            only = name;
    }
    return only;
}

static void find_carriers(const Search *search)
{
    const char *uplink = NULL;
    bool looked = false;
    for (guint i = 0; i < search->graph->doors->len; i++) {
        GraphDoor *door = graph_door(search->graph, i);
        if (door->type != DOOR_TUNNEL || door->inside)
            continue;
        if (!looked)
            uplink = only_uplink(search);
        looked = true;
        door->over = g_strdup(uplink);
    }
}

void graph_find_ways(Graph *graph, const GPtrArray *present, const json_t *links, GraphAsk ask, void *user)
{
    Search search = {graph, links, ask, user};
    for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
        (void)add_way(&search, graph->edges, &(GraphQuestion){families[f]});
    /* the doors of packets before those of frames: the picture has them in this order */
    visit_links(&search, present, find_routed);
    visit_links(&search, present, find_frames);
    find_carriers(&search);
}
