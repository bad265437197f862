/* graph-sheet-words.c - see graph-sheet-words.h. */
#include "graph-sheet-words.h"

#include "canvas.h"

#include <string.h>

int sheet_widest(const GPtrArray *lines, int at_least)
{
    for (guint i = 0; i < lines->len; i++)
        at_least = MAX(at_least, canvas_width_of(lines->pdata[i]));
    return at_least;
}

static GPtrArray *strings_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static void add(GPtrArray *lines, char *line)
{
    g_ptr_array_add(lines, line);
}

static bool is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

static bool has_ipv4(const GPtrArray *addresses)
{
    for (guint i = 0; i < addresses->len; i++)
        if (!is_ipv6(addresses->pdata[i]))
            return true;
    return false;
}

/* ---- text of the namespaces ---- */

void sheet_box_free(void *data)
{
    SheetBox *box = data;
    g_free(box->kind);
    g_ptr_array_unref(box->links);
    g_ptr_array_unref(box->words);
    g_free(box);
}

static void link_free(void *data)
{
    SheetLink *link = data;
    g_ptr_array_unref(link->lines);
    g_free(link);
}

/* "vn-lab1", with what its lines alone do not tell. */
static char *link_title(const GraphLink *link)
{
    bool elsewhere = link->peer_namespace && link->mate_namespace < 0;
    return g_strconcat(link->name, link->up ? "" : " (down)", elsewhere ? " ⇄ " : "",
                       elsewhere ? link->peer_namespace : "", NULL);
}

/* @name_width: columns of the widest title, behind which addresses begin */
static SheetLink *link_new(const GraphLink *link, SheetDetail detail, int name_width)
{
    SheetLink *sheet = g_new0(SheetLink, 1);
    g_autofree char *title = link_title(link);
    bool skip = detail >= NO_IPV6 && has_ipv4(link->addresses), first = true;
    sheet->link = link;
    sheet->lines = strings_new();
    sheet->wired = link->edges->len > 0 || link->port;
    for (guint i = 0; i < link->addresses->len; i++) {
        const char *address = link->addresses->pdata[i];
        bool below = detail >= ADDRESSES_BELOW && (!first || is_ipv6(address) || detail >= ALL_BELOW);
        if (skip && is_ipv6(address))
            continue;
        if (first && below)
            add(sheet->lines, g_strdup(title));
        if (below)
            add(sheet->lines, g_strconcat("  ", address, NULL));
        else
            add(sheet->lines,
                g_strdup_printf("%s%*s  %s", first ? title : "",
                                name_width - (first ? canvas_width_of(title) : 0), "", address));
        first = false;
    }
    if (first)
        add(sheet->lines, g_strdup(title));
    return sheet;
}

/* Several words to a line, as long as they fit into @width. */
static GPtrArray *words_new(const GraphNamespace *ns, int width)
{
    GPtrArray *lines = strings_new();
    g_auto(GStrv) words = graph_namespace_words(ns);
    for (char **word = words; *word; word++) {
        char *last = lines->len > 0 ? lines->pdata[lines->len - 1] : NULL;
        if (last && canvas_width_of(last) + 3 + canvas_width_of(*word) <= width) {
            lines->pdata[lines->len - 1] = g_strconcat(last, " · ", *word, NULL);
            g_free(last);
        } else {
            add(lines, g_strdup(*word));
        }
    }
    if (ns->links->len == 0)
        g_ptr_array_insert(lines, 0, g_strdup("no network"));
    return lines;
}

static int names_width(const Graph *graph)
{
    int width = 0;
    for (guint n = 0; n < graph->namespaces->len; n++) {
        const GraphNamespace *ns = graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            g_autofree char *title = link_title(ns->links->pdata[l]);
            width = MAX(width, canvas_width_of(title));
        }
    }
    return width;
}

void sheet_make_boxes(Sheet *sheet, SheetDetail detail)
{
    const Graph *graph = sheet->graph;
    int names = names_width(graph), inner = 0;
    for (guint n = 0; n < graph->namespaces->len; n++) {
        SheetBox *box = g_new0(SheetBox, 1);
        box->ns = graph->namespaces->pdata[n];
        box->kind = graph_namespace_kind(box->ns);
        box->links = g_ptr_array_new_with_free_func(link_free);
        /* "╭ NAME ─ KIND ╮" */
        inner = MAX(inner, canvas_width_of(box->ns->name) + canvas_width_of(box->kind) + 3);
        for (guint l = 0; l < box->ns->links->len; l++) {
            SheetLink *link = link_new(box->ns->links->pdata[l], detail, names);
            g_ptr_array_add(box->links, link);
            inner = sheet_widest(link->lines, inner);
        }
        g_ptr_array_add(sheet->boxes, box);
    }
    sheet->box_width = graph->namespaces->len > 0 ? inner + 4 : 0;
    for (guint n = 0; n < sheet->boxes->len; n++) {
        SheetBox *box = sheet->boxes->pdata[n];
        box->words = words_new(box->ns, inner);
    }
}

/* ---- text in the host ---- */

void sheet_port_free(void *data)
{
    SheetPort *port = data;
    g_free(port->text);
    g_free(port);
}

/* @text is taken over. */
static SheetPort *port_add(Sheet *sheet, int row, char *text, const GraphEdge *edge)
{
    SheetPort *port = g_new0(SheetPort, 1);
    *port = (SheetPort){.row = row, .text = text, .door = -1, .lane = -1};
    if (edge) {
        port->door = (int)edge->door;
        port->frames = edge->frames;
    }
    g_ptr_array_add(sheet->ports, port);
    return port;
}

void sheet_add_note(Sheet *sheet, int row, char *text)
{
    port_add(sheet, row, text, NULL);
}

/* "vn-lab0 ─ IPv4 ─ NAT": parts may be NULL. What is cut off first stands last. */
static char *joined(const char *port, const char *families, const char *nat)
{
    const char *const parts[] = {port, families, nat};
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i])
            g_string_append_printf(text, "%s%s", text->len ? " ─ " : "", parts[i]);
    return g_string_free(text, FALSE);
}

int sheet_add_ports(Sheet *sheet, int row, const char *name, const char *nat, const GArray *edges)
{
    for (guint e = 0; e < edges->len; e++) {
        const GraphEdge *edge = graph_edge(edges, e);
        const char *families = graph_edge_families(sheet->graph, edge);
        port_add(sheet, row + (int)e, joined(e == 0 ? name : NULL, families, e == 0 ? nat : NULL), edge);
    }
    return (int)edges->len;
}

int sheet_add_link_ports(Sheet *sheet, const GraphLink *link, int row, SheetDetail detail)
{
    bool sibling = graph_link_is_sibling(link);
    int lines = sheet_add_ports(sheet, row, sibling ? NULL : link->port, graph_link_nat(link), link->edges);
    if (link->port && (sibling || lines == 0))
        sheet_add_note(sheet, row + lines++, g_strdup(link->port));
    for (guint i = 0; detail < NO_PORT_ADDRESSES && i < link->port_addresses->len; i++)
        sheet_add_note(sheet, row + lines++, g_strdup(link->port_addresses->pdata[i]));
    if (link->only_way)
        sheet_add_note(sheet, row + lines++, g_strdup("no other way"));
    if (link->note)
        sheet_add_note(sheet, row + lines++, g_strdup(link->note));
    if (link->host_access)
        sheet_add_note(sheet, row + lines++, g_strdup("may reach host"));
    return lines;
}

/* ---- text of the doors ---- */

void sheet_door_free(void *data)
{
    SheetDoor *door = data;
    g_ptr_array_unref(door->lines);
    g_ptr_array_unref(door->beyond);
    g_free(door);
}

static void add_bridge_lines(const Graph *graph, const GraphDoor *bridge, GPtrArray *lines)
{
    for (guint e = 0; e < bridge->edges->len; e++) {
        const GraphEdge *edge = graph_edge(bridge->edges, e);
        const GraphDoor *other = graph->doors->pdata[edge->door];
        add(lines, g_strconcat(edge->frames ? "with " : "► ", other->name, NULL));
    }
    if (bridge->others > 0)
        add(lines, g_strdup_printf("with %u other%s", bridge->others, bridge->others == 1 ? "" : "s"));
}

static void add_beyond(const GraphDoor *door, GPtrArray *beyond, SheetDetail detail)
{
    const char *towards = graph_door_towards(door);
    if (!towards)
        return;
    add(beyond, g_strdup(towards));
    if (door->over)
        add(beyond, g_strconcat("over ", door->over, NULL));
    for (int f = 0; f < 2 && detail < NO_GATEWAYS; f++)
        if (door->gateways[f] && (f == 0 || detail < NO_DOOR_IPV6 || !door->gateways[0]))
            add(beyond, g_strconcat("via ", door->gateways[f], NULL));
}

static void door_lines(SheetDoor *sheet, const Graph *graph, SheetDetail detail)
{
    const GraphDoor *door = sheet->door;
    bool skip = detail >= NO_DOOR_IPV6 && has_ipv4(door->addresses);
    add(sheet->lines,
        door->inside ? g_strconcat(door->name, " of ", door->inside, NULL) : g_strdup(door->name));
    for (guint i = 0; detail < NO_DOOR_ADDRESSES && i < door->addresses->len; i++)
        if (!skip || !is_ipv6(door->addresses->pdata[i]))
            add(sheet->lines, g_strdup(door->addresses->pdata[i]));
    add_bridge_lines(graph, door, sheet->lines);
    add_beyond(door, sheet->beyond, detail);
    /* a bridge speaks for the card that it alone leads to */
    for (guint e = 0; sheet->beyond->len == 0 && e < door->edges->len; e++)
        if (graph_edge(door->edges, e)->frames)
            add_beyond(graph->doors->pdata[graph_edge(door->edges, e)->door], sheet->beyond, detail);
}

void sheet_make_doors(Sheet *sheet, SheetDetail detail)
{
    for (guint d = 0; d < sheet->graph->doors->len; d++) {
        SheetDoor *door = g_new0(SheetDoor, 1);
        door->door = sheet->graph->doors->pdata[d];
        door->lane = -1;
        door->lines = strings_new();
        door->beyond = strings_new();
        door_lines(door, sheet->graph, detail);
        g_ptr_array_add(sheet->doors, door);
    }
}
