/* graph-dot.c - see graph-dot.h. Nodes are called by their numbers: ns0, port0_1 (a link's end in the host),
 * own, door0, beyond0, internet. */
#include "graph-dot.h"

/* The inside of a quoted string in which \n is a new line and other backslashes stand for themselves. */
static char *escaped(const char *text)
{
    GString *string = g_string_new(NULL);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(string, '\\');
        g_string_append_c(string, *text);
    }
    return g_string_free(string, FALSE);
}

static void add(GString *label, const char *text)
{
    g_autofree char *safe = escaped(text ? text : "");
    if (*safe)
        g_string_append_printf(label, "%s%s", label->len ? "\\n" : "", safe);
}

static void add_all(GString *label, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        add(label, lines->pdata[i]);
}

/* ---- nodes ---- */

static void write_namespace(GString *dot, const GraphNamespace *ns, guint number)
{
    g_autoptr(GString) label = g_string_new(NULL);
    g_autofree char *kind = graph_namespace_kind(ns);
    g_auto(GStrv) words = graph_namespace_words(ns);
    add(label, ns->name);
    add(label, kind);
    for (guint l = 0; l < ns->links->len; l++) {
        const GraphLink *link = ns->links->pdata[l];
        add(label, link->name);
        add_all(label, link->addresses);
    }
    for (char **word = words; *word; word++)
        add(label, *word);
    g_string_append_printf(dot, "  ns%u [label=\"%s\"];\n", number, label->str);
}

static void write_port(GString *dot, const GraphLink *link, guint ns, guint number)
{
    g_autoptr(GString) label = g_string_new(NULL);
    add(label, link->port);
    add_all(label, link->port_addresses);
    add(label, graph_link_nat(link));
    add(label, link->only_way ? "no other way" : NULL);
    add(label, link->host_access ? "may reach the host" : NULL);
    add(label, link->note);
    g_string_append_printf(dot, "    port%u_%u [label=\"%s\"];\n", ns, number, label->str);
}

static void write_door(GString *dot, const GraphDoor *door, guint number)
{
    g_autoptr(GString) label = g_string_new(NULL);
    add(label, door->name);
    if (door->inside) {
        g_autofree char *inside = g_strconcat("in ", door->inside, NULL);
        add(label, inside);
    }
    add_all(label, door->addresses);
    g_string_append_printf(dot, "    door%u [label=\"%s\", style=\"rounded,filled,bold\"];\n", number,
                           label->str);
}

static void write_host(GString *dot, const Graph *graph)
{
    g_autofree char *host = escaped(graph->host);
    g_string_append_printf(dot,
                           "  subgraph cluster_host {\n    label=\"%s\"; style=\"rounded,filled\"; "
                           "fillcolor=\"#eef3f9\"; color=\"#94a3b8\";\n",
                           host);
    if (graph->outside)
        g_string_append(dot, "    own [label=\"own programs\"];\n");
    for (guint n = 0; n < graph->namespaces->len; n++) {
        const GraphNamespace *ns = graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++)
            if (((GraphLink *)ns->links->pdata[l])->port)
                write_port(dot, ns->links->pdata[l], n, l);
    }
    for (guint d = 0; d < graph->doors->len; d++)
        write_door(dot, graph->doors->pdata[d], d);
    g_string_append(dot, "  }\n");
}

/* What is beyond a door, and the way there. */
static void write_beyond(GString *dot, const GraphDoor *door, guint number)
{
    g_autoptr(GString) label = g_string_new(NULL);
    const char *towards = graph_door_towards(door);
    bool is_out = towards && g_str_equal(towards, "Internet");
    if (!towards)
        return;
    add(label, is_out ? NULL : towards);
    if (door->over) {
        g_autofree char *over = g_strconcat("over ", door->over, NULL);
        add(label, over);
    }
    add(label, door->gateways[0]);
    add(label, door->gateways[1]);
    if (label->len > 0)
        g_string_append_printf(dot, "  beyond%u [label=\"%s\"];\n  door%u -> beyond%u;\n", number, label->str,
                               number, number);
    if (door->leads_out && door->type != DOOR_NAMESPACE)
        g_string_append_printf(dot, "  %s%u -> internet;\n", label->len > 0 ? "beyond" : "door", number);
}

/* ---- edges ---- */

/* @from: the name of a node. Dashed as in the other pictures: past the host's routing, and no end in the
 * host. */
static void write_edges(GString *dot, const Graph *graph, const char *from, const GArray *edges)
{
    for (guint e = 0; e < edges->len; e++) {
        const GraphEdge *edge = graph_edge(edges, e);
        const char *families = graph_edge_families(graph, edge);
        bool dashed = edge->frames && ((GraphDoor *)graph->doors->pdata[edge->door])->type != DOOR_BRIDGE;
        g_string_append_printf(dot, "  %s -> door%u [label=\"%s\"%s];\n", from, edge->door,
                               families ? families : "", dashed ? ", style=dashed" : "");
    }
}

static void write_link(GString *dot, const Graph *graph, const GraphLink *link, guint ns, guint number)
{
    g_autofree char *here = g_strdup_printf("ns%u", ns), *port = g_strdup_printf("port%u_%u", ns, number);
    bool sibling = graph_link_is_sibling(link);
    if (link->port && !sibling)
        g_string_append_printf(dot, "  %s -> %s [dir=none];\n", here, port);
    write_edges(dot, graph, link->port && !sibling ? port : here, link->edges);
    /* each once */
    if (link->mate_namespace >= 0 && link->peer_namespace)
        g_string_append_printf(dot, "  %s -> ns%d [dir=none, constraint=false];\n", here,
                               link->mate_namespace);
}

static void write_down(GString *dot, const Graph *graph)
{
    g_autoptr(GString) label = g_string_new("not up");
    if (graph->down->len == 0)
        return;
    add_all(label, graph->down);
    g_string_append_printf(dot, "  down [label=\"%s\", style=\"rounded,dashed\"];\n", label->str);
}

static bool leads_out(const Graph *graph)
{
    for (guint d = 0; d < graph->doors->len; d++) {
        const GraphDoor *door = graph->doors->pdata[d];
        if (door->leads_out && door->type != DOOR_NAMESPACE)
            return true;
    }
    return false;
}

char *graph_dot(const Graph *graph)
{
    GString *dot = g_string_new(NULL);
    g_autofree char *host = escaped(graph->host);
    g_string_append_printf(dot,
                           "digraph \"%s\" {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", "
                           "fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n"
                           "  edge [fontname=\"sans-serif\", fontsize=9, color=\"#475569\"];\n",
                           host);
    for (guint n = 0; n < graph->namespaces->len; n++)
        write_namespace(dot, graph->namespaces->pdata[n], n);
    write_down(dot, graph);
    write_host(dot, graph);
    if (leads_out(graph))
        g_string_append(dot, "  internet [label=\"Internet\", shape=ellipse, style=filled];\n");
    for (guint d = 0; d < graph->doors->len; d++)
        write_beyond(dot, graph->doors->pdata[d], d);
    for (guint n = 0; n < graph->namespaces->len; n++) {
        const GraphNamespace *ns = graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++)
            write_link(dot, graph, ns->links->pdata[l], n, l);
    }
    if (graph->outside)
        write_edges(dot, graph, "own", graph->edges);
    for (guint d = 0; d < graph->doors->len; d++) {
        g_autofree char *name = g_strdup_printf("door%u", d);
        write_edges(dot, graph, name, ((GraphDoor *)graph->doors->pdata[d])->edges);
    }
    g_string_append(dot, "}\n");
    return g_string_free(dot, FALSE);
}
