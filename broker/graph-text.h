/* graph-text.h - the picture in characters, for a terminal. */
#pragma once

#include "graph-model.h"

#include <stdio.h>

/* No line is wider than @width (but for one below 20). @unicode, @bold: as in canvas.h. */
void graph_text(const Graph *graph, int width, bool unicode, bool bold, FILE *out);
