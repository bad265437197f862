/* graph-read.h - namespaces and doors of the picture, read from JSON. */
#pragma once

#include "graph-model.h"

/* Fills namespaces and down. @ret_present gets the entries of the former, in the same order, borrowed.
 * @links: the host's, or NULL. */
void graph_read(Graph *graph, const json_t *namespaces, const json_t *links, GPtrArray *ret_present);
void graph_namespace_free(void *ns);

/* The number of the door of that name, made of @link where there is none yet. @inside: the namespace that has
 * it; NULL: the host. */
guint graph_door_get(Graph *graph, const char *name, const char *inside, const json_t *link);
GraphDoor *graph_door(const Graph *graph, guint number);
void graph_door_free(void *door);

/* An edge of one family more to this door. */
void graph_edge_add(GArray *edges, guint door, Families families, bool frames);

/* Kinds of link: into which packets are packed; whose other end is another link. */
bool graph_kind_is_tunnel(const char *kind);
bool graph_kind_is_pair(const char *kind);
