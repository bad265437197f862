/* graph-read.c - see graph-read.h. */
#include "graph-read.h"

#include "firewall.h"
#include "printable.h"
#include "survey-link.h"

#include <string.h>

/* Tunnels that every namespace is born with once their module is loaded: nobody's, as long as they are down.
 */
static const char *const born_with[] = {"tunl0",   "sit0",    "ip6tnl0", "ip6gre0",  "gre0",
                                        "gretap0", "erspan0", "ip_vti0", "ip6_vti0", NULL};

static const char *string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static char *clean(const json_t *object, const char *key)
{
    return string(object, key) ? printable(string(object, key)) : NULL;
}

bool graph_kind_is_pair(const char *kind)
{
    return g_strcmp0(kind, "veth") == 0 || g_strcmp0(kind, "netkit") == 0;
}

bool graph_kind_is_tunnel(const char *kind)
{
    static const char *const tunnels[] = {"tun",    "wireguard", "amneziawg", "ovpn",    "ovpn-dco",
                                          "xfrm",   "vti",       "vti6",      "ipip",    "ip6tnl",
                                          "sit",    "gre",       "gretap",    "ip6gre",  "ip6gretap",
                                          "erspan", "geneve",    "vxlan",     "l2tpeth", NULL};
    return kind && g_strv_contains(tunnels, kind);
}

/* Without the link-local ones, that every link has. */
static GPtrArray *addresses_of(const json_t *link)
{
    GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    const json_t *address;
    json_array_foreach(json_object_get(link, "addresses"), i, address)
    {
        const char *text = json_string_value(address);
        if (text && !g_str_has_prefix(text, "fe80:") && !g_str_has_prefix(text, "169.254."))
            g_ptr_array_add(addresses, printable(text));
    }
    return addresses;
}

/* ---- links ---- */

static void link_free(void *data)
{
    GraphLink *link = data;
    g_free(link->name);
    g_free(link->kind);
    g_ptr_array_unref(link->addresses);
    g_free(link->port);
    g_ptr_array_unref(link->port_addresses);
    g_free(link->peer_namespace);
    g_free(link->peer);
    g_array_unref(link->edges);
    g_free(link);
}

/* The end in the host, and what its group says that the firewall does with it. */
static void read_port(GraphLink *link, const json_t *port)
{
    uint32_t group = (uint32_t)json_integer_value(json_object_get(port, "group"));
    g_ptr_array_unref(link->port_addresses);
    link->port_addresses = addresses_of(port);
    if ((group & FIREWALL_GROUP_MASK) != FIREWALL_GROUP || json_object_get(port, "master") ||
        !graph_kind_is_pair(link->kind))
        return;
    link->masquerade = (group & FIREWALL_MASQUERADE_IPV4 ? FAMILIES_IPV4 : 0) |
                       (group & FIREWALL_MASQUERADE_IPV6 ? FAMILIES_IPV6 : 0);
    link->host_access = group & FIREWALL_HOST_ACCESS;
    link->only_way = group & FIREWALL_WAYS;
}

static GraphLink *read_link(const json_t *from, const json_t *links)
{
    GraphLink *link = g_new0(GraphLink, 1);
    link->name = printable(string(from, "name"));
    link->kind = printable(string(from, "kind"));
    link->up = g_strcmp0(string(from, "state"), "down") != 0;
    link->addresses = addresses_of(from);
    link->port_addresses = g_ptr_array_new_with_free_func(g_free);
    link->edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge));
    link->mate_namespace = link->mate_link = -1;
    link->peer_namespace = clean(from, "peer_namespace");
    if (link->peer_namespace)
        link->peer = clean(from, "peer");
    else
        link->port = clean(from, "peer");
    if (link->port)
        read_port(link, survey_link_by_name(links, link->port));
    return link;
}

static bool is_shown(const json_t *link)
{
    const char *name = string(link, "name");
    bool down = g_strcmp0(string(link, "state"), "down") == 0;
    return g_strcmp0(string(link, "kind"), "loopback") != 0 &&
           !(down && name && g_strv_contains(born_with, name));
}

/* ---- namespaces ---- */

void graph_namespace_free(void *data)
{
    GraphNamespace *ns = data;
    g_free(ns->name);
    g_free(ns->type);
    g_free(ns->state);
    g_free(ns->description);
    g_strfreev(ns->dns);
    g_strfreev(ns->ports);
    g_strfreev(ns->reaches);
    g_ptr_array_unref(ns->links);
    g_free(ns);
}

static char **read_words(const json_t *list)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    size_t i;
    const json_t *word;
    json_array_foreach((json_t *)list, i, word)
    {
        g_ptr_array_add(words, printable(json_string_value(word)));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_steal(words, NULL);
}

/* TCP goes without saying. */
static char **read_ports(const json_t *list)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    size_t i;
    const json_t *port;
    json_array_foreach((json_t *)list, i, port)
    {
        g_autofree char *protocol = printable(string(port, "protocol")),
                        *listen = printable(string(port, "listen"));
        bool tcp = g_str_equal(protocol, "tcp");
        g_ptr_array_add(words, g_strconcat(tcp ? "" : protocol, tcp ? "" : " ", listen, NULL));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_steal(words, NULL);
}

static GraphNamespace *read_namespace(const json_t *entry, const json_t *links)
{
    GraphNamespace *ns = g_new0(GraphNamespace, 1);
    const json_t *link, *dns = json_object_get(entry, "dns");
    size_t i;
    ns->name = printable(string(entry, "name"));
    ns->type = clean(entry, "type");
    ns->state = clean(entry, "state");
    ns->description = clean(entry, "description");
    /* those that all have are nothing of this one's */
    ns->dns =
        read_words(json_is_true(json_object_get(dns, "of_host")) ? NULL : json_object_get(dns, "servers"));
    ns->ports = read_ports(json_object_get(entry, "ports"));
    ns->reaches = read_words(json_object_get(entry, "namespace_access"));
    ns->firewall = string(entry, "ruleset") != NULL;
    ns->slip = string(entry, "error") != NULL;
    ns->processes = (guint)json_array_size(json_object_get(entry, "processes"));
    ns->links = g_ptr_array_new_with_free_func(link_free);
    json_array_foreach(json_object_get(entry, "links"), i, link)
    {
        if (is_shown(link))
            g_ptr_array_add(ns->links, read_link(link, links));
    }
    return ns;
}

/* The other end of each link between two namespaces. The one that asked for it knows of the other. */
static void find_mate(Graph *graph, int number, int link_number, GraphLink *link)
{
    for (guint i = 0; i < graph->namespaces->len; i++) {
        GraphNamespace *ns = graph->namespaces->pdata[i];
        for (guint l = 0; g_str_equal(ns->name, link->peer_namespace) && l < ns->links->len; l++) {
            GraphLink *other = ns->links->pdata[l];
            if (g_strcmp0(other->name, link->peer) != 0)
                continue;
            link->mate_namespace = (int)i;
            link->mate_link = (int)l;
            other->mate_namespace = number;
            other->mate_link = link_number;
        }
    }
}

void graph_read(Graph *graph, const json_t *namespaces, const json_t *links, GPtrArray *ret_present)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(namespaces, i, entry)
    {
        if (json_object_get(entry, "links")) {
            g_ptr_array_add(graph->namespaces, read_namespace(entry, links));
            g_ptr_array_add(ret_present, (json_t *)entry);
        } else {
            g_ptr_array_add(graph->down, printable(string(entry, "name")));
        }
    }
    for (guint n = 0; n < graph->namespaces->len; n++) {
        const GraphNamespace *ns = graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            GraphLink *link = ns->links->pdata[l];
            if (link->peer_namespace)
                find_mate(graph, (int)n, (int)l, link);
        }
    }
}

/* ---- doors ---- */

GraphDoor *graph_door(const Graph *graph, guint number)
{
    return graph->doors->pdata[number];
}

void graph_door_free(void *data)
{
    GraphDoor *door = data;
    g_free(door->name);
    g_free(door->kind);
    g_free(door->inside);
    g_free(door->towards);
    g_free(door->over);
    g_ptr_array_unref(door->addresses);
    g_free(door->gateways[0]);
    g_free(door->gateways[1]);
    g_array_unref(door->edges);
    g_free(door);
}

static GraphDoor *door_new(const char *name, const char *inside, const json_t *link)
{
    GraphDoor *door = g_new0(GraphDoor, 1);
    door->name = printable(name);
    door->kind = clean(link, "kind");
    door->inside = g_strdup(inside);
    door->type = graph_kind_is_tunnel(door->kind)       ? DOOR_TUNNEL
                 : g_strcmp0(door->kind, "bridge") == 0 ? DOOR_BRIDGE
                                                        : DOOR_NETWORK;
    door->addresses = addresses_of(inside ? NULL : link); /* those of a link inside stand there */
    door->edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge));
    return door;
}

guint graph_door_get(Graph *graph, const char *name, const char *inside, const json_t *link)
{
    for (guint i = 0; i < graph->doors->len; i++) {
        const GraphDoor *door = graph->doors->pdata[i];
        if (g_str_equal(door->name, name) && g_strcmp0(door->inside, inside) == 0)
            return i;
    }
    g_ptr_array_add(graph->doors, door_new(name, inside, link));
    return graph->doors->len - 1;
}

void graph_edge_add(GArray *edges, guint door, Families families, bool frames)
{
    for (guint i = 0; i < edges->len; i++) {
        GraphEdge *edge = &g_array_index(edges, GraphEdge, i);
        if (edge->door == door && edge->frames == frames) {
            edge->families |= families;
            return;
        }
    }
    GraphEdge edge = {door, families, frames};
    g_array_append_val(edges, edge);
}
