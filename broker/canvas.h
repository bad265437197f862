/* canvas.h - a sheet of terminal cells: text, and lines that know how to meet.
 *
 * Rows and columns count from 0; the sheet grows to the right and downwards as it is drawn upon. What lies to
 * the left of it or above is not drawn. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct Canvas Canvas;

typedef enum CanvasLine { LINE_LIGHT, LINE_DASHED, LINE_HEAVY } CanvasLine;

Canvas *canvas_new(void);
void canvas_free(Canvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Canvas, canvas_free)

/* Columns that @text takes. */
int canvas_width_of(const char *text);
/* Not more than @width columns of it, the last an ellipsis where something is left out. Owned by the caller.
 */
char *canvas_shorten(const char *text, int width);

void canvas_text(Canvas *canvas, int row, int column, const char *text, bool bold);

/* From one cell to another, both included: each end reaches to the middle of its cell, so that lines which
 * meet there make a corner. Lines of one @owner join where they cross, and those of owner 0, the boxes', with
 * all; of two others the vertical one passes over. */
void canvas_horizontal(Canvas *canvas, int row, int from, int to, CanvasLine line, guint owner);
void canvas_vertical(Canvas *canvas, int column, int from, int to, CanvasLine line, guint owner);
void canvas_box(Canvas *canvas, int row, int column, int height, int width, CanvasLine line);

/* @unicode: box drawing and all; else ASCII, in which what is foreign to it becomes '?'. @bold: by escape
 * sequences. */
void canvas_print(const Canvas *canvas, FILE *out, bool unicode, bool bold);
