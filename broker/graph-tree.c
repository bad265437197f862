/* graph-tree.c - see graph-tree.h. */
#include "graph-tree.h"

#include "canvas.h"

typedef struct Tree {
    Canvas *canvas;
    int row, width;
} Tree;

/* @text is taken over. */
static void line(Tree *tree, int indent, char *text, bool bold)
{
    g_autofree char *fits = canvas_shorten(text, MAX(tree->width - indent, 1));
    canvas_text(tree->canvas, tree->row++, indent, fits, bold);
    g_free(text);
}

static void append_way(GString *text, const Graph *graph, const GraphEdge *edge, bool last)
{
    const GraphDoor *door = graph->doors->pdata[edge->door];
    const char *families = graph_edge_families(graph, edge);
    const char *towards = graph_door_towards(door);
    g_string_append_printf(text, "► %s", door->name);
    if (families)
        g_string_append_printf(text, " (%s)", families);
    if (door->edges->len > 0 && !last) {
        g_string_append_c(text, ' ');
        append_way(text, graph, graph_edge(door->edges, 0), true);
    } else if (towards) {
        g_string_append_printf(text, " ► %s", towards);
    }
}

static void ways(Tree *tree, const Graph *graph, int indent, const GArray *edges)
{
    for (guint e = 0; e < edges->len; e++) {
        GString *text = g_string_new(NULL);
        append_way(text, graph, graph_edge(edges, e), false);
        line(tree, indent, g_string_free(text, FALSE), false);
    }
}

static void link_lines(Tree *tree, const Graph *graph, const GraphLink *link)
{
    const char *nat = graph_link_nat(link);
    bool port = link->port && !graph_link_is_sibling(link);
    line(tree, 2,
         g_strconcat(link->name, link->up ? "" : " (down)", link->peer_namespace ? " ⇄ " : "",
                     link->peer_namespace ? link->peer_namespace : "", NULL),
         false);
    for (guint i = 0; i < link->addresses->len; i++)
        line(tree, 4, g_strdup(link->addresses->pdata[i]), false);
    if (port)
        line(tree, 4,
             g_strconcat("► ", link->port, nat ? ", " : "", nat ? nat : "", link->note ? ", " : "",
                         link->note ? link->note : "", NULL),
             false);
    ways(tree, graph, port ? 6 : 4, link->edges);
}

static void namespace_lines(Tree *tree, const Graph *graph, const GraphNamespace *ns)
{
    g_autofree char *kind = graph_namespace_kind(ns);
    g_auto(GStrv) words = graph_namespace_words(ns);
    line(tree, 0, g_strconcat(ns->name, *kind ? " (" : "", kind, *kind ? ")" : "", NULL), true);
    if (ns->links->len == 0)
        line(tree, 2, g_strdup("no network"), false);
    for (guint l = 0; l < ns->links->len; l++)
        link_lines(tree, graph, ns->links->pdata[l]);
    for (char **word = words; *word; word++)
        line(tree, 2, g_strdup(*word), false);
}

void graph_tree(const Graph *graph, int width, bool unicode, bool bold, FILE *out)
{
    g_autoptr(Canvas) canvas = canvas_new();
    Tree tree = {canvas, 0, width};
    line(&tree, 0, g_strdup(graph->host), true);
    ways(&tree, graph, 2, graph->edges);
    if (graph->edges->len == 0 && graph->outside)
        line(&tree, 2, g_strdup("no way out"), false);
    for (guint n = 0; n < graph->namespaces->len; n++)
        namespace_lines(&tree, graph, graph->namespaces->pdata[n]);
    for (guint i = 0; i < graph->down->len; i++)
        line(&tree, 0, g_strconcat(graph->down->pdata[i], " (not up)", NULL), false);
    canvas_print(canvas, out, unicode, bold);
}
