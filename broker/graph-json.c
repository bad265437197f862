/* graph-json.c - see graph-json.h. */
#include "graph-json.h"

static void put_string(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_string(value));
}

static void put_true(json_t *object, const char *key, bool value)
{
    if (value)
        json_object_set_new(object, key, json_true());
}

static void put_strings(json_t *object, const char *key, const GPtrArray *strings)
{
    json_t *array = json_array();
    for (guint i = 0; i < strings->len; i++)
        json_array_append_new(array, json_string(strings->pdata[i]));
    json_object_set_new(object, key, array);
}

static void put_words(json_t *object, const char *key, char *const *words)
{
    json_t *array = json_array();
    for (; *words; words++)
        json_array_append_new(array, json_string(*words));
    json_object_set_new(object, key, array);
}

static json_t *families_of(Families families)
{
    json_t *array = json_array();
    if (families & FAMILIES_IPV4)
        json_array_append_new(array, json_string("ipv4"));
    if (families & FAMILIES_IPV6)
        json_array_append_new(array, json_string("ipv6"));
    return array;
}

static void put_ways(json_t *object, const Graph *graph, const GArray *edges)
{
    json_t *ways = json_array();
    for (guint e = 0; e < edges->len; e++) {
        const GraphEdge *edge = graph_edge(edges, e);
        const GraphDoor *door = graph->doors->pdata[edge->door];
        json_t *way = json_pack("{s:s,s:s*}", "interface", door->name, "namespace", door->inside);
        if (edge->frames)
            put_true(way, "frames", true);
        else
            json_object_set_new(way, "families", families_of(edge->families));
        json_array_append_new(ways, way);
    }
    json_object_set_new(object, "ways", ways);
}

static json_t *door_json(const Graph *graph, const GraphDoor *door)
{
    static const char *const types[] = {"uplink", "tunnel", "network", "namespace", "bridge"};
    json_t *object = json_pack("{s:s,s:s}", "name", door->name, "type", types[door->type]);
    json_t *gateways = json_array();
    put_string(object, "kind", door->kind);
    put_string(object, "namespace", door->inside);
    put_strings(object, "addresses", door->addresses);
    for (int f = 0; f < 2; f++)
        if (door->gateways[f])
            json_array_append_new(gateways, json_string(door->gateways[f]));
    json_object_set_new(object, "gateways", gateways);
    put_true(object, "leads_out", door->leads_out);
    put_string(object, "towards", door->towards);
    put_string(object, "over", door->over);
    if (door->type == DOOR_BRIDGE) {
        put_ways(object, graph, door->edges);
        json_object_set_new(object, "other_ports", json_integer(door->others));
    }
    return object;
}

static json_t *link_json(const Graph *graph, const GraphLink *link)
{
    json_t *object =
        json_pack("{s:s,s:s,s:s}", "name", link->name, "kind", link->kind, "state", link->up ? "up" : "down");
    put_strings(object, "addresses", link->addresses);
    put_string(object, "port", link->port);
    if (link->port)
        put_strings(object, "port_addresses", link->port_addresses);
    put_string(object, "peer_namespace", link->peer_namespace);
    put_string(object, "peer", link->peer);
    if (link->masquerade)
        json_object_set_new(object, "masquerade", families_of(link->masquerade));
    put_true(object, "host_access", link->host_access);
    put_true(object, "only_way", link->only_way);
    put_string(object, "note", link->note);
    put_ways(object, graph, link->edges);
    return object;
}

static json_t *namespace_json(const Graph *graph, const GraphNamespace *ns)
{
    json_t *object = json_pack("{s:s}", "name", ns->name), *links = json_array();
    put_string(object, "type", ns->type);
    put_string(object, "state", ns->state);
    put_string(object, "description", ns->description);
    put_true(object, "firewall", ns->firewall);
    put_words(object, "ports", ns->ports);
    put_words(object, "namespace_access", ns->reaches);
    json_object_set_new(object, "processes", json_integer(ns->processes));
    for (guint l = 0; l < ns->links->len; l++)
        json_array_append_new(links, link_json(graph, ns->links->pdata[l]));
    json_object_set_new(object, "links", links);
    return object;
}

json_t *graph_json(const Graph *graph)
{
    json_t *object = json_pack("{s:s}", "host", graph->host);
    json_t *doors = json_array(), *namespaces = json_array();
    put_ways(object, graph, graph->edges);
    for (guint d = 0; d < graph->doors->len; d++)
        json_array_append_new(doors, door_json(graph, graph->doors->pdata[d]));
    for (guint n = 0; n < graph->namespaces->len; n++)
        json_array_append_new(namespaces, namespace_json(graph, graph->namespaces->pdata[n]));
    json_object_set_new(object, "interfaces", doors);
    json_object_set_new(object, "namespaces", namespaces);
    put_strings(object, "down", graph->down);
    return object;
}
