/* graph-tree.h - the picture as a list, where there is no room for one. */
#pragma once

#include "graph-model.h"

#include <stdio.h>

void graph_tree(const Graph *graph, int width, bool unicode, bool bold, FILE *out);
