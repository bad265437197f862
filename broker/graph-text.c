/* graph-text.c - see graph-text.h. What stands where is graph-sheet.c's. */
#include "graph-text.h"

#include "canvas.h"
#include "graph-sheet.h"
#include "graph-tree.h"

#define NOT_UP "not up: "

/* Lines that lead to a door are its own, so that they join; 0 is the boxes'. */
static guint owner(int door)
{
    return (guint)door + 1;
}

static void put(Canvas *canvas, int row, int column, const char *text, int width, bool bold)
{
    g_autofree char *fits = canvas_shorten(text, width);
    canvas_text(canvas, row, column, fits, bold);
}

/* Lines as long as there are any. */
static void put_lines(Canvas *canvas, int row, int column, const GPtrArray *lines, int width)
{
    for (guint i = 0; i < lines->len; i++)
        put(canvas, row + (int)i, column, lines->pdata[i], width, false);
}

/* "╭ NAME ─ KIND ╮": the name comes first where there is no room for both. */
static void draw_title(Canvas *canvas, const SheetBox *box, int column, int width)
{
    g_autofree char *name = canvas_shorten(box->ns->name, width - 4);
    int name_width = canvas_width_of(name), room = width - 7 - name_width;
    g_autofree char *kind = room > 2 ? canvas_shorten(box->kind, room) : g_strdup("");
    int kind_width = canvas_width_of(kind);
    canvas_text(canvas, box->row, column + 1, " ", false);
    canvas_text(canvas, box->row, column + 2, name, true);
    canvas_text(canvas, box->row, column + 2 + name_width, " ", false);
    if (kind_width == 0)
        return;
    canvas_text(canvas, box->row, column + width - 3 - kind_width, " ", false);
    canvas_text(canvas, box->row, column + width - 2 - kind_width, kind, false);
    canvas_text(canvas, box->row, column + width - 2, " ", false);
}

static void draw_box(Canvas *canvas, const Sheet *sheet, const SheetBox *box)
{
    int left = sheet->margin, inner = sheet->box_width - 4;
    canvas_box(canvas, box->row, left, box->height, sheet->box_width, LINE_LIGHT);
    draw_title(canvas, box, left, sheet->box_width);
    for (guint l = 0; l < box->links->len; l++) {
        const SheetLink *link = box->links->pdata[l];
        bool frames = !link->link->port || graph_link_is_sibling(link->link);
        put_lines(canvas, link->row, left + 2, link->lines, inner);
        if (link->wired)
            canvas_horizontal(canvas, link->row, left + sheet->box_width - 1, sheet->host,
                              frames ? LINE_DASHED : LINE_LIGHT, 0);
    }
    put_lines(canvas, box->words_row, left + 2, box->words, inner);
}

/* From the text of a port, or the host's border, to the lane or door. */
static void draw_port(Canvas *canvas, const Sheet *sheet, const SheetPort *port)
{
    g_autofree char *text = canvas_shorten(port->text, sheet->port_width);
    int from = *text ? sheet->ports_at + canvas_width_of(text) + 1 : sheet->host;
    if (port->door >= 0) {
        const SheetDoor *door = sheet->doors->pdata[port->door];
        int to = door->lane >= 0 ? sheet->lanes_at + 2 * door->lane : sheet->doors_at;
        canvas_horizontal(canvas, port->row, from, to, *text ? LINE_LIGHT : LINE_DASHED, owner(port->door));
    }
    canvas_text(canvas, port->row, sheet->ports_at, text, false);
}

static void draw_door(Canvas *canvas, const Sheet *sheet, const SheetDoor *door, int number)
{
    const char *name = door->lines->pdata[0];
    int lane = sheet->lanes_at + 2 * door->lane, at = sheet->doors_at + 2;
    if (door->lane >= 0) {
        canvas_vertical(canvas, lane, door->from, door->to, LINE_LIGHT, owner(number));
        canvas_horizontal(canvas, door->row, lane, sheet->doors_at, LINE_LIGHT, owner(number));
    }
    canvas_text(canvas, door->row, sheet->doors_at, "►", false);
    put_lines(canvas, door->row, at, door->lines, sheet->door_width);
    if (door->beyond->len == 0)
        return;
    canvas_horizontal(canvas, door->row, at + MIN(canvas_width_of(name), sheet->door_width) + 1,
                      sheet->beyond_at - 2, LINE_LIGHT, 0);
    canvas_text(canvas, door->row, sheet->beyond_at - 2, "►", false);
    put_lines(canvas, door->row, sheet->beyond_at, door->beyond, sheet->beyond_width);
}

static void draw_wires(Canvas *canvas, const Sheet *sheet)
{
    for (guint i = 0; i < sheet->wires->len; i++) {
        const SheetWire *wire = &g_array_index(sheet->wires, SheetWire, i);
        int column = sheet->margin - 2 - 2 * wire->lane;
        /* an owner of its own: it may pass over another's, but never join it */
        canvas_vertical(canvas, column, wire->from, wire->to, LINE_LIGHT, i + 1);
        canvas_horizontal(canvas, wire->from, column, sheet->margin, LINE_LIGHT, i + 1);
        canvas_horizontal(canvas, wire->to, column, sheet->margin, LINE_LIGHT, i + 1);
    }
}

static void draw_host(Canvas *canvas, const Sheet *sheet)
{
    canvas_box(canvas, 0, sheet->host, sheet->bottom + 1, sheet->host_end - sheet->host + 1, LINE_HEAVY);
    canvas_text(canvas, 0, sheet->host + 2, " ", false);
    put(canvas, 0, sheet->host + 3, sheet->graph->host, sheet->host_end - sheet->host - 5, true);
    canvas_text(canvas, 0,
                sheet->host + 3 + MIN(canvas_width_of(sheet->graph->host), sheet->host_end - sheet->host - 5),
                " ", false);
}

/* The names of those that are not up, as many to a line as fit. */
static void draw_down(Canvas *canvas, const Graph *graph, int row, int width)
{
    const int indent = (int)sizeof NOT_UP - 1;
    int column = indent;
    if (graph->down->len == 0)
        return;
    canvas_text(canvas, row, 0, NOT_UP, false);
    for (guint i = 0; i < graph->down->len; i++) {
        g_autofree char *name = g_strconcat(graph->down->pdata[i], i + 1 < graph->down->len ? "," : "", NULL);
        if (column > indent && column + canvas_width_of(name) > width) {
            row++;
            column = indent;
        }
        put(canvas, row, column, name, width - column, false);
        column += canvas_width_of(name) + 1;
    }
}

static void draw_sheet(const Sheet *sheet, int width, bool unicode, bool bold, FILE *out)
{
    g_autoptr(Canvas) canvas = canvas_new();
    draw_host(canvas, sheet);
    for (guint i = 0; i < sheet->boxes->len; i++)
        draw_box(canvas, sheet, sheet->boxes->pdata[i]);
    draw_wires(canvas, sheet);
    for (guint i = 0; i < sheet->ports->len; i++)
        draw_port(canvas, sheet, sheet->ports->pdata[i]);
    for (guint i = 0; i < sheet->doors->len; i++)
        if (((SheetDoor *)sheet->doors->pdata[i])->shown)
            draw_door(canvas, sheet, sheet->doors->pdata[i], (int)i);
    draw_down(canvas, sheet->graph, sheet->bottom + 1, width);
    canvas_print(canvas, out, unicode, bold);
}

void graph_text(const Graph *graph, int width, bool unicode, bool bold, FILE *out)
{
    for (SheetDetail detail = 0; detail <= SHEET_BAREST; detail++) {
        g_autoptr(Sheet) sheet = sheet_new(graph, detail, width);
        if (sheet->width <= width) {
            draw_sheet(sheet, width, unicode, bold, out);
            return;
        }
    }
    graph_tree(graph, width, unicode, bold, out);
}
