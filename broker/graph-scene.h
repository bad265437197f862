/* graph-scene.h - where everything in the picture in SVG stands: namespaces at the left, the host in the
 * middle with its ends of links, its bridges and its doors, and at the right what is beyond. */
#pragma once

#include "graph-card.h"
#include "graph-model.h"

/* A link of a namespace, and its end in the host. */
typedef struct SceneLink {
    const GraphLink *link;
    int x, y;   /* where its line begins */
    Card *port; /* NULL: none */
} SceneLink;

typedef struct SceneNamespace {
    Card *card;
    GPtrArray *links; /* SceneLink* */
} SceneNamespace;

typedef struct SceneDoor {
    const GraphDoor *door;
    Card *card;
    Card *beyond; /* the next hop; NULL: none */
    const char *colour;
    bool is_middle;  /* a bridge: it stands between the ends of links and the doors */
    int wish, wants; /* sum of the places it would like to have, and their number */
} SceneDoor;

typedef struct Scene {
    const Graph *graph;
    GPtrArray *namespaces; /* SceneNamespace* */
    GPtrArray *doors;      /* SceneDoor*, one for each of the graph's */
    Card *own;             /* the host's own programs; NULL: the host is not seen */
    Card *down;            /* the namespaces that are not up; NULL: all are */
    SvgBox host;
    int ports_end;              /* the right end of the column of ends of links */
    int internet_x, internet_y; /* the globe's middle; 0: there is none */
    int width, height;
} Scene;

#define SCENE_GLOBE 30 /* its radius */
#define SCENE_STEP 15  /* between the beginnings of lines from one place */

Scene *scene_new(const Graph *graph);
void scene_free(Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)
