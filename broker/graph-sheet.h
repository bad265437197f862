/* graph-sheet.h - where everything in the picture in characters stands: three columns, namespaces, the host,
 * and what is beyond. */
#pragma once

#include "graph-model.h"

/* What is shown: the more, the wider. 0 is all, SHEET_BAREST the least. */
typedef int SheetDetail;
#define SHEET_BAREST 8

/* A line of text inside the host, and where the line behind it leads. */
typedef struct SheetPort {
    int row;
    char *text; /* "": nothing stands at the border */
    int door;   /* -1: nothing leads on */
    bool frames, bold;
    int lane; /* column of the vertical line it joins; -1: straight on */
} SheetPort;

/* One link's lines. */
typedef struct SheetLink {
    const GraphLink *link;
    int row;
    GPtrArray *lines; /* char* */
    bool wired;       /* a line goes from it to the host */
} SheetLink;

typedef struct SheetBox {
    const GraphNamespace *ns;
    int row, height;
    char *kind;
    GPtrArray *links; /* SheetLink* */
    GPtrArray *words; /* char*: lines below the links */
    int words_row;
} SheetBox;

typedef struct SheetDoor {
    const GraphDoor *door;
    bool shown; /* false: only a bridge leads to it, and names it */
    int row;
    int lane, from, to; /* the vertical line that gathers what leads to it; lane -1: none */
    GPtrArray *lines;   /* char*: its name, and what is below */
    GPtrArray *beyond;  /* char*: where it leads */
} SheetDoor;

/* A line between two namespaces, in the margin. */
typedef struct SheetWire {
    int from, to, lane;
} SheetWire;

typedef struct Sheet {
    const Graph *graph;
    GPtrArray *boxes; /* SheetBox* */
    GPtrArray *ports; /* SheetPort* */
    GPtrArray *doors; /* SheetDoor*, one for each of the graph's */
    GArray *wires;    /* SheetWire */
    int lanes;        /* columns of vertical lines in the host */
    int margin;       /* columns left of the boxes, for wires */
    int box_width;    /* with its borders; 0: there are no boxes */
    int port_width, door_width, beyond_width;
    int host, ports_at, lanes_at, doors_at, host_end, beyond_at; /* columns */
    int bottom;                                                  /* row of the host's lower border */
    int width;
} Sheet;

/* @width: what SHEET_BAREST shortens to. The sheet may be wider all the same. */
Sheet *sheet_new(const Graph *graph, SheetDetail detail, int width);
void sheet_free(Sheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sheet, sheet_free)
