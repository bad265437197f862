/* graph-dot.h - the picture for Graphviz, which lays it out anew. */
#pragma once

#include "graph-model.h"

/* A directed graph in the language of dot(1). Owned by the caller. */
char *graph_dot(const Graph *graph);
