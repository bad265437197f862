/* graph-svg.h - the picture as SVG, for a browser or a page. */
#pragma once

#include "graph-model.h"

/* A whole document, in UTF-8. Owned by the caller. */
char *graph_svg(const Graph *graph);
