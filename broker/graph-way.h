/* graph-way.h - the ways that packets go from namespaces and host: which door, by what next hop. */
#pragma once

#include "graph-model.h"

/* Gives @graph its doors, and its edges to everything that was read into it. @present: the entries of
 * graph->namespaces, one for one. */
void graph_find_ways(Graph *graph, const GPtrArray *present, const json_t *links, GraphAsk ask, void *user);

/* An address of the Internet at large, to ask the way to; nothing is sent there. */
const char *graph_somewhere(int family);
