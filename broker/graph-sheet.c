/* graph-sheet.c - see graph-sheet.h. First what stands in each column (graph-sheet-words.c), then the rows,
 * then the columns: nothing is drawn here. */
#include "graph-sheet.h"

#include "canvas.h"
#include "graph-sheet-words.h"

/* Columns of text that are left where everything is shortened */
#define BOX_ROOM 14
#define PORT_ROOM 10
#define DOOR_ROOM 5
#define BEYOND_ROOM 5

/* ---- rows ---- */

static int place_box(Sheet *sheet, SheetBox *box, int row, SheetDetail detail)
{
    int ports_end = row;
    box->row = row++;
    box->words_row = row;
    for (guint l = 0; l < box->links->len; l++) {
        SheetLink *link = box->links->pdata[l];
        link->row = row = MAX(box->words_row, ports_end);
        ports_end = row + sheet_add_link_ports(sheet, link->link, row, detail);
        box->words_row = row + (int)link->lines->len;
    }
    row = MAX(box->words_row + (int)box->words->len, ports_end);
    box->height = row + 1 - box->row;
    return row + 1;
}

/* The host's own programs first, then box below box. */
static void place_boxes(Sheet *sheet, SheetDetail detail)
{
    int row = 1 + sheet_add_ports(sheet, 1, "own programs", NULL, sheet->graph->edges);
    if (sheet->graph->edges->len == 0 && sheet->graph->outside) {
        sheet_add_note(sheet, 1, g_strdup("own programs"));
        sheet_add_note(sheet, 2, g_strdup("no way out"));
        row = 3;
    }
    for (guint n = 0; n < sheet->boxes->len; n++)
        row = place_box(sheet, sheet->boxes->pdata[n], row, detail);
    sheet->bottom = row;
}

/* Does a port's line to another door start in this row? */
static bool is_taken(const Sheet *sheet, int row, int door)
{
    for (guint i = 0; i < sheet->ports->len; i++) {
        const SheetPort *port = sheet->ports->pdata[i];
        if (port->row == row && port->door >= 0 && port->door != door)
            return true;
    }
    return false;
}

/* The row of the port in the middle of those that lead to it; -1: none does. */
static int middle_row(const Sheet *sheet, int door)
{
    int count = 0, at = 0;
    for (guint i = 0; i < sheet->ports->len; i++)
        count += ((SheetPort *)sheet->ports->pdata[i])->door == door;
    for (guint i = 0; i < sheet->ports->len; i++) {
        const SheetPort *port = sheet->ports->pdata[i];
        if (port->door == door && at++ == (count - 1) / 2)
            return port->row;
    }
    return -1;
}

static int lines_of(const SheetDoor *door)
{
    return (int)MAX(door->lines->len, door->beyond->len);
}

/* @order: the doors by the rows they would like to have. */
static void place_doors(Sheet *sheet)
{
    int free_row = 1;
    for (;;) {
        SheetDoor *next = NULL;
        int wish = 0, number = 0;
        for (guint d = 0; d < sheet->doors->len; d++) {
            SheetDoor *door = sheet->doors->pdata[d];
            int row = door->shown ? -1 : middle_row(sheet, (int)d);
            if (row >= 0 && (!next || row < wish)) {
                next = door;
                wish = row;
                number = (int)d;
            }
        }
        if (!next)
            return;
        next->shown = true;
        next->row = MAX(wish, free_row);
        while (is_taken(sheet, next->row, number))
            next->row++;
        free_row = next->row + lines_of(next);
        sheet->bottom = MAX(sheet->bottom, free_row);
    }
}

/* ---- lanes: vertical lines that do not stand side by side may share a column ---- */

typedef struct Span {
    int from, to, lane;
} Span;

/* The first lane that has no other span there. */
static int lane_for(const GArray *spans, int from, int to)
{
    for (int lane = 0;; lane++) {
        bool is_free = true;
        for (guint i = 0; i < spans->len; i++) {
            const Span *span = &g_array_index(spans, Span, i);
            is_free &= span->lane != lane || span->to < from || span->from > to;
        }
        if (is_free)
            return lane;
    }
}

static void choose_lanes(Sheet *sheet)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
    for (guint d = 0; d < sheet->doors->len; d++) {
        SheetDoor *door = sheet->doors->pdata[d];
        door->from = door->to = door->row;
        for (guint i = 0; i < sheet->ports->len; i++) {
            const SheetPort *port = sheet->ports->pdata[i];
            if (port->door == (int)d) {
                door->from = MIN(door->from, port->row);
                door->to = MAX(door->to, port->row);
            }
        }
        if (!door->shown || door->from == door->to)
            continue;
        Span span = {door->from, door->to, lane_for(spans, door->from, door->to)};
        door->lane = span.lane;
        sheet->lanes = MAX(sheet->lanes, span.lane + 1);
        g_array_append_val(spans, span);
    }
}

static int row_of_link(const Sheet *sheet, int ns, int link)
{
    const SheetBox *box = sheet->boxes->pdata[ns];
    return ((SheetLink *)box->links->pdata[link])->row;
}

static void place_wires(Sheet *sheet)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
    for (guint n = 0; n < sheet->boxes->len; n++) {
        const SheetBox *box = sheet->boxes->pdata[n];
        for (guint l = 0; l < box->links->len; l++) {
            const GraphLink *link = ((SheetLink *)box->links->pdata[l])->link;
            int here = row_of_link(sheet, (int)n, (int)l);
            int there =
                link->mate_namespace < 0 ? here : row_of_link(sheet, link->mate_namespace, link->mate_link);
            if (there <= here) /* each once, from above */
                continue;
            SheetWire wire = {here, there, lane_for(spans, here, there)};
            Span span = {here, there, wire.lane};
            g_array_append_val(spans, span);
            g_array_append_val(sheet->wires, wire);
            sheet->margin = MAX(sheet->margin, 2 * wire.lane + 2);
        }
    }
}

/* ---- columns ---- */

static void measure(Sheet *sheet)
{
    for (guint i = 0; i < sheet->ports->len; i++)
        sheet->port_width =
            MAX(sheet->port_width, canvas_width_of(((SheetPort *)sheet->ports->pdata[i])->text));
    for (guint d = 0; d < sheet->doors->len; d++) {
        const SheetDoor *door = sheet->doors->pdata[d];
        if (!door->shown)
            continue;
        sheet->door_width = sheet_widest(door->lines, sheet->door_width);
        sheet->beyond_width = sheet_widest(door->beyond, sheet->beyond_width);
    }
}

static void place_columns(Sheet *sheet)
{
    sheet->host = sheet->box_width > 0 ? sheet->margin + sheet->box_width + 3 : 0;
    sheet->ports_at = sheet->host + 2;
    sheet->lanes_at = sheet->ports_at + sheet->port_width + 2;
    sheet->doors_at = sheet->lanes_at + 2 * sheet->lanes + 1; /* the arrow's head */
    sheet->host_end = sheet->door_width > 0 ? sheet->doors_at + 2 + sheet->door_width + 1 : sheet->lanes_at;
    sheet->host_end = MAX(sheet->host_end, sheet->host + MIN(canvas_width_of(sheet->graph->host), 16) + 5);
    sheet->beyond_at = sheet->host_end + 4;
    sheet->width = sheet->beyond_width > 0 ? sheet->beyond_at + sheet->beyond_width : sheet->host_end + 1;
}

/* Takes columns from where there are most to spare, until all fits or nothing is left. */
static void shorten(Sheet *sheet, int width)
{
    struct {
        int *width, room;
    } columns[] = {{&sheet->box_width, BOX_ROOM + 4},
                   {&sheet->port_width, PORT_ROOM},
                   {&sheet->door_width, DOOR_ROOM},
                   {&sheet->beyond_width, BEYOND_ROOM}};
    while (sheet->width > width) {
        size_t most = 0;
        for (size_t i = 1; i < G_N_ELEMENTS(columns); i++)
            if (*columns[i].width - columns[i].room > *columns[most].width - columns[most].room)
                most = i;
        if (*columns[most].width <= columns[most].room)
            return;
        --*columns[most].width;
        place_columns(sheet);
    }
}

Sheet *sheet_new(const Graph *graph, SheetDetail detail, int width)
{
    Sheet *sheet = g_new0(Sheet, 1);
    sheet->graph = graph;
    sheet->boxes = g_ptr_array_new_with_free_func(sheet_box_free);
    sheet->ports = g_ptr_array_new_with_free_func(sheet_port_free);
    sheet->doors = g_ptr_array_new_with_free_func(sheet_door_free);
    sheet->wires = g_array_new(FALSE, FALSE, sizeof(SheetWire));
    sheet_make_boxes(sheet, detail);
    sheet_make_doors(sheet, detail);
    place_boxes(sheet, detail);
    place_doors(sheet);
    choose_lanes(sheet);
    place_wires(sheet);
    measure(sheet);
    place_columns(sheet);
    if (detail >= SHORTENED)
        shorten(sheet, width);
    return sheet;
}

void sheet_free(Sheet *sheet)
{
    if (!sheet)
        return;
    g_ptr_array_unref(sheet->boxes);
    g_ptr_array_unref(sheet->ports);
    g_ptr_array_unref(sheet->doors);
    g_array_unref(sheet->wires);
    g_free(sheet);
}
