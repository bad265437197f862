/* graph-model.c - see graph-model.h: how the picture is put together, and words for what is in it. */
#include "graph-model.h"

#include "graph-read.h"
#include "graph-way.h"
#include "printable.h"

#include <stdlib.h>

#define ITEMS_SHOWN 3u /* of a list in a namespace's box */

void graph_free(Graph *graph)
{
    if (!graph)
        return;
    g_free(graph->host);
    g_array_unref(graph->edges);
    g_ptr_array_unref(graph->doors);
    g_ptr_array_unref(graph->namespaces);
    g_ptr_array_unref(graph->down);
    g_free(graph);
}

/* ---- the order: whoever leaves by the same door stands together, so that lines need not cross ---- */

static guint first_door(const GraphNamespace *ns)
{
    guint first = G_MAXUINT;
    for (guint i = 0; i < ns->links->len; i++) {
        const GraphLink *link = ns->links->pdata[i];
        for (guint e = 0; e < link->edges->len; e++)
            first = MIN(first, graph_edge(link->edges, e)->door);
    }
    return first;
}

/* One without a door of its own stands by the first it is wired to. */
static guint rank(const Graph *graph, const GraphNamespace *ns)
{
    guint first = first_door(ns);
    for (guint i = 0; first == G_MAXUINT && i < ns->links->len; i++) {
        const GraphLink *link = ns->links->pdata[i];
        if (link->mate_namespace >= 0)
            first = first_door(graph->namespaces->pdata[link->mate_namespace]);
    }
    return first;
}

typedef struct Place {
    GraphNamespace *ns;
    guint rank, wired, number; /* wired: 0 with links, 1 without; number: as it came, by name */
} Place;

static int by_rank(const void *a, const void *b)
{
    const Place *one = a, *other = b;
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    if (one->wired != other->wired)
        return one->wired < other->wired ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

static void put_in_order(Graph *graph)
{
    guint count = graph->namespaces->len;
    g_autofree Place *places = g_new0(Place, count + 1);
    g_autofree int *moved = g_new0(int, count + 1);
    for (guint i = 0; i < count; i++) {
        GraphNamespace *ns = graph->namespaces->pdata[i];
        places[i] = (Place){ns, rank(graph, ns), ns->links->len == 0, i};
    }
    qsort(places, count, sizeof *places, by_rank);
    for (guint i = 0; i < count; i++) {
        graph->namespaces->pdata[i] = places[i].ns;
        moved[places[i].number] = (int)i;
    }
    for (guint i = 0; i < count; i++) {
        const GraphNamespace *ns = places[i].ns;
        for (guint l = 0; l < ns->links->len; l++) {
            GraphLink *link = ns->links->pdata[l];
            if (link->mate_namespace >= 0)
                link->mate_namespace = moved[link->mate_namespace];
        }
    }
}

Graph *graph_new(const char *host, const json_t *namespaces, const json_t *links, GraphAsk ask, void *user)
{
    Graph *graph = g_new0(Graph, 1);
    g_autoptr(GPtrArray) present = g_ptr_array_new();
    graph->host = printable(host);
    graph->outside = links != NULL;
    graph->edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge));
    graph->doors = g_ptr_array_new_with_free_func(graph_door_free);
    graph->namespaces = g_ptr_array_new_with_free_func(graph_namespace_free);
    graph->down = g_ptr_array_new_with_free_func(g_free);
    graph_read(graph, namespaces, links, present);
    if (links)
        graph_find_ways(graph, present, links, ask, user);
    put_in_order(graph);
    return graph;
}

/* ---- words ---- */

const GraphEdge *graph_edge(const GArray *edges, guint i)
{
    return &g_array_index(edges, GraphEdge, i);
}

/* What is no VPN: made to join networks, not to go out by. */
static bool is_plain_tunnel(const char *kind)
{
    static const char *const plain[] = {"ipip",      "ip6tnl", "sit",    "gre",   "gretap",  "ip6gre",
                                        "ip6gretap", "erspan", "geneve", "vxlan", "l2tpeth", NULL};
    return kind && g_strv_contains(plain, kind);
}

const char *graph_door_towards(const GraphDoor *door)
{
    switch (door->type) {
    case DOOR_UPLINK:
        return "Internet";
    case DOOR_TUNNEL:
        return is_plain_tunnel(door->kind) ? "tunnel" : "VPN";
    case DOOR_NETWORK:
        return "network";
    case DOOR_NAMESPACE:
        return door->towards;
    case DOOR_BRIDGE:
        return door->leads_out ? "Internet" : NULL;
    }
    return NULL;
}

char *graph_namespace_kind(const GraphNamespace *ns)
{
    bool up = !ns->state || g_str_equal(ns->state, "up");
    return g_strconcat(ns->type ? ns->type : "", ns->type && !up ? ", " : "", up ? "" : ns->state, NULL);
}

/* "ports 8080, udp 53, …": the first of @items after @one or @several; NULL: there are none. */
static char *words_list(const char *one, const char *several, char *const *items)
{
    guint count = g_strv_length((char **)items);
    g_autoptr(GString) text = g_string_new(count == 1 ? one : several);
    for (guint i = 0; i < MIN(count, ITEMS_SHOWN); i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : " ", items[i]);
    if (count > ITEMS_SHOWN)
        g_string_append(text, ", …");
    return count > 0 ? g_strdup(text->str) : NULL;
}

static void words_add(GPtrArray *words, char *word)
{
    if (word)
        g_ptr_array_add(words, word);
}

char **graph_namespace_words(const GraphNamespace *ns)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    if (ns->slip)
        g_ptr_array_add(words, g_strdup("its file is not right"));
    if (ns->firewall)
        g_ptr_array_add(words, g_strdup("firewall"));
    if (ns->processes > 0)
        g_ptr_array_add(words,
                        g_strdup_printf("%u process%s", ns->processes, ns->processes == 1 ? "" : "es"));
    if (ns->dns[0])
        g_ptr_array_add(words, g_strconcat("DNS ", ns->dns[0], ns->dns[1] ? ", …" : "", NULL));
    words_add(words, words_list("port", "ports", ns->ports));
    words_add(words, words_list("may reach", "may reach", ns->reaches));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_steal(words, NULL);
}

const char *graph_edge_families(const Graph *graph, const GraphEdge *edge)
{
    if (edge->frames || edge->families == graph->families)
        return NULL;
    return edge->families == FAMILIES_IPV4 ? "IPv4" : edge->families == FAMILIES_IPV6 ? "IPv6" : NULL;
}

const char *graph_link_nat(const GraphLink *link)
{
    static const char *const words[] = {NULL, "NAT IPv4", "NAT IPv6", "NAT"};
    return words[link->masquerade & FAMILIES_BOTH];
}

bool graph_link_is_sibling(const GraphLink *link)
{
    return link->port && !graph_kind_is_pair(link->kind);
}
