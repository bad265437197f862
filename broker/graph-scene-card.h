/* graph-scene-card.h - the cards of the picture in SVG, and what stands on them. */
#pragma once

#include "graph-card.h"
#include "graph-model.h"

/* The end of a link in the host, or a sibling's. */
Card *scene_port_card(const GraphLink *link);
/* The host's own programs. */
Card *scene_own_card(const Graph *graph);
Card *scene_door_card(const GraphDoor *door);
/* NULL: nothing stands between this door and the Internet, or nothing is beyond it. */
Card *scene_beyond_card(const GraphDoor *door);
/* The namespaces that are not up; NULL: all are. */
Card *scene_down_card(const Graph *graph);
