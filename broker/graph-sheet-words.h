/* graph-sheet-words.h - what stands in the boxes of a sheet: its texts, before anything has its place. */
#pragma once

#include "graph-sheet.h"

/* Left out, one after the other, where the width does not suffice */
enum {
    ADDRESSES_BELOW = 1, /* the second and further ones of a link below its name */
    NO_PORT_ADDRESSES,
    NO_DOOR_IPV6,
    NO_IPV6, /* but where there is no IPv4 */
    NO_GATEWAYS,
    NO_DOOR_ADDRESSES,
    ALL_BELOW, /* the first address of a link, too */
    SHORTENED = SHEET_BAREST,
};

/* Boxes with links and words, and the width of them all. */
void sheet_make_boxes(Sheet *sheet, SheetDetail detail);
/* Texts of all doors of the graph. */
void sheet_make_doors(Sheet *sheet, SheetDetail detail);
/* Lines in the host from @row on: of what leads somewhere by @edges, @name and @nat (NULL: none) in the
 * first. The number of lines. */
int sheet_add_ports(Sheet *sheet, int row, const char *name, const char *nat, const GArray *edges);
/* All that a link has in the host; the number of lines. */
int sheet_add_link_ports(Sheet *sheet, const GraphLink *link, int row, SheetDetail detail);
/* A text that leads nowhere; taken over. */
void sheet_add_note(Sheet *sheet, int row, char *text);

/* The widest of these texts, in columns, and not less than @at_least. */
int sheet_widest(const GPtrArray *lines, int at_least);

void sheet_box_free(void *box);
void sheet_port_free(void *port);
void sheet_door_free(void *door);
