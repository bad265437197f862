/* graph-scene.c - see graph-scene.h. Nothing is drawn here. */
#include "graph-scene.h"

#include "graph-scene-card.h"

#define MARGIN 28
#define BOW_ROOM 30     /* left of the namespaces, for lines between them */
#define CARD_GAP 16     /* between cards of a column */
#define PORT_GAP 9      /* between ends of links */
#define TO_HOST 44      /* from the namespaces to the host's border */
#define HOST_PADDING 24 /* from its border to what is inside */
#define HOST_TITLE 48
#define TO_DOOR 110 /* room for curves; more where they come from far up and down */
#define TO_DOOR_MOST 260
#define TO_BEYOND 44
#define TO_GLOBE 52
#define SIBLING_DROP 12 /* below the line that passes by it */

#define NAMESPACE_LEAST 200
#define NAMESPACE_MOST 340
#define CARD_LEAST 104
#define CARD_MOST 240

/* ---- namespaces ---- */

static void link_free(void *data)
{
    SceneLink *link = data;
    if (link->port)
        card_free(link->port);
    g_free(link);
}

static void namespace_free(void *data)
{
    SceneNamespace *ns = data;
    card_free(ns->card);
    g_ptr_array_unref(ns->links);
    g_free(ns);
}

/* Where the card of its port begins, seen from the line of the link. */
static int port_drop(const SceneLink *link)
{
    return graph_link_is_sibling(link->link) ? SIBLING_DROP : -card_hook(link->port);
}

/* @port_end: where in the card the port of the link before ends. The link's y is within the card for now. */
static void add_link(SceneNamespace *ns, const GraphLink *link, int port_width, int *port_end)
{
    SceneLink *scene = g_new0(SceneLink, 1);
    int half = card_next(ns->card, CARD_NAME) - ns->card->flow, above = 0;
    bool elsewhere = link->peer_namespace && link->mate_namespace < 0;
    scene->link = link;
    if (link->port) {
        scene->port = scene_port_card(link);
        card_set_width(scene->port, port_width);
        above = -MIN(port_drop(scene), 0);
    }
    /* not before the port above has ended */
    card_skip_to(ns->card, *port_end + PORT_GAP + above - half);
    scene->y = card_next(ns->card, CARD_NAME);
    if (scene->port)
        *port_end = scene->y + port_drop(scene) + scene->port->box.height;
    card_add(ns->card, CARD_NAME, g_strdup(link->name),
             elsewhere ? g_strconcat(link->kind, " to ", link->peer_namespace, NULL)
                       : g_strconcat(link->kind, link->up ? "" : ", down", NULL));
    card_add_all(ns->card, CARD_CODE, link->addresses);
    g_ptr_array_add(ns->links, scene);
}

static SceneNamespace *namespace_new(const GraphNamespace *from, int port_width)
{
    SceneNamespace *ns = g_new0(SceneNamespace, 1);
    g_auto(GStrv) words = graph_namespace_words(from);
    int port_end = G_MININT / 2;
    ns->card = card_new();
    ns->links = g_ptr_array_new_with_free_func(link_free);
    card_add(ns->card, CARD_TITLE, g_strdup(from->name), graph_namespace_kind(from));
    card_add(ns->card, CARD_PALE, g_strdup(from->description), NULL);
    card_add(ns->card, CARD_PALE, g_strdup(from->links->len == 0 ? "no network" : NULL), NULL);
    for (guint l = 0; l < from->links->len; l++)
        add_link(ns, from->links->pdata[l], port_width, &port_end);
    for (char **word = words; *word; word++)
        card_add(ns->card, CARD_CHIP, g_strdup(*word), NULL);
    return ns;
}

/* ---- doors ---- */

static const char *door_colour(DoorType type, int number)
{
    static const char *const colours[][3] = {
        [DOOR_UPLINK] = {"#2563eb", "#0891b2", "#4f46e5"},
        [DOOR_TUNNEL] = {"#059669", "#65a30d", "#0d9488"},
        [DOOR_NETWORK] = {"#d97706", "#b45309", "#ca8a04"},
        [DOOR_NAMESPACE] = {"#db2777", "#be185d", "#e11d48"},
        [DOOR_BRIDGE] = {"#9333ea", "#7e22ce", "#a21caf"},
    };
    return colours[type][number % 3];
}

static void door_free(void *data)
{
    SceneDoor *door = data;
    card_free(door->card);
    if (door->beyond)
        card_free(door->beyond);
    g_free(door);
}

static void make_doors(Scene *scene)
{
    int seen[DOOR_BRIDGE + 1] = {0};
    for (guint d = 0; d < scene->graph->doors->len; d++) {
        SceneDoor *door = g_new0(SceneDoor, 1);
        door->door = scene->graph->doors->pdata[d];
        door->card = scene_door_card(door->door);
        door->beyond = scene_beyond_card(door->door);
        door->colour = door_colour(door->door->type, seen[door->door->type]++);
        door->card->accent = door->colour;
        door->is_middle = door->door->type == DOOR_BRIDGE && !door->door->leads_out;
        g_ptr_array_add(scene->doors, door);
    }
}

static void wish(Scene *scene, const GArray *edges, int y)
{
    for (guint e = 0; e < edges->len; e++) {
        SceneDoor *door = scene->doors->pdata[graph_edge(edges, e)->door];
        door->wish += y + SCENE_STEP * (int)e;
        door->wants++;
    }
}

/* ---- columns ---- */

static int widest(int so_far, const Card *card)
{
    return card ? MAX(so_far, card_natural_width(card)) : so_far;
}

static int port_width(const Scene *scene)
{
    int width = widest(CARD_LEAST, scene->own);
    for (guint n = 0; n < scene->graph->namespaces->len; n++) {
        const GraphNamespace *ns = scene->graph->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            const GraphLink *link = ns->links->pdata[l];
            Card *card = link->port ? scene_port_card(link) : NULL;
            width = widest(width, card);
            if (card)
                card_free(card);
        }
    }
    return MIN(width, CARD_MOST);
}

static void put_card(Card *card, int x, int width)
{
    if (!card)
        return;
    card->box.x = x;
    card_set_width(card, width);
}

/* The namespaces, and room at their left for lines between them. Returns the column's right end. */
static int put_namespaces(Scene *scene)
{
    int x = MARGIN, width = widest(NAMESPACE_LEAST, scene->down);
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        width = widest(width, ns->card);
        for (guint l = 0; l < ns->links->len; l++)
            if (((SceneLink *)ns->links->pdata[l])->link->mate_namespace >= 0)
                x = MARGIN + BOW_ROOM;
    }
    width = MIN(width, NAMESPACE_MOST);
    put_card(scene->down, x, width);
    for (guint n = 0; n < scene->namespaces->len; n++)
        put_card(((SceneNamespace *)scene->namespaces->pdata[n])->card, x, width);
    return scene->namespaces->len > 0 || scene->down ? x + width : 0;
}

static void put_ports(Scene *scene, int x, int width)
{
    put_card(scene->own, x, width);
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            SceneLink *link = ns->links->pdata[l];
            link->x = ns->card->box.x + ns->card->box.width;
            put_card(link->port, x, width);
        }
    }
}

/* The doors that are, or are not, bridges. Returns the column's right end; @from where there are none. */
static int put_doors(Scene *scene, bool middle, int from)
{
    int width = CARD_LEAST, x = from;
    bool any = false;
    x += CLAMP(14 * (int)scene->namespaces->len, TO_DOOR, TO_DOOR_MOST);
    for (guint d = 0; d < scene->doors->len; d++) {
        const SceneDoor *door = scene->doors->pdata[d];
        if (door->is_middle == middle)
            width = widest(width, door->card);
        any |= door->is_middle == middle;
    }
    width = MIN(width, CARD_MOST);
    for (guint d = 0; any && d < scene->doors->len; d++) {
        const SceneDoor *door = scene->doors->pdata[d];
        if (door->is_middle == middle)
            put_card(door->card, x, width);
    }
    return any ? x + width : from;
}

static int put_beyond(Scene *scene, int x)
{
    int width = 0;
    for (guint d = 0; d < scene->doors->len; d++)
        width = widest(width, ((SceneDoor *)scene->doors->pdata[d])->beyond);
    if (width == 0)
        return x;
    width = MIN(MAX(width, CARD_LEAST), CARD_MOST);
    for (guint d = 0; d < scene->doors->len; d++)
        put_card(((SceneDoor *)scene->doors->pdata[d])->beyond, x + TO_BEYOND, width);
    return x + TO_BEYOND + width;
}

static bool leads_out(const Scene *scene)
{
    for (guint d = 0; d < scene->doors->len; d++)
        if (((SceneDoor *)scene->doors->pdata[d])->door->leads_out &&
            ((SceneDoor *)scene->doors->pdata[d])->door->type != DOOR_NAMESPACE)
            return true;
    return false;
}

static void put_columns(Scene *scene, int ports)
{
    int x = put_namespaces(scene);
    scene->host.x = x > 0 ? x + TO_HOST : MARGIN;
    x = scene->host.x + HOST_PADDING;
    put_ports(scene, x, ports);
    scene->ports_end = x + ports;
    x = put_doors(scene, true, x + ports);
    x = put_doors(scene, false, x);
    scene->host.width = x + HOST_PADDING - scene->host.x;
    x = put_beyond(scene, scene->host.x + scene->host.width);
    if (leads_out(scene)) {
        scene->internet_x = x + TO_GLOBE + SCENE_GLOBE;
        x = scene->internet_x + SCENE_GLOBE;
    }
    scene->width = x + MARGIN;
}

/* ---- rows ---- */

static int below(const Card *card)
{
    return card->box.y + card->box.height;
}

/* A namespace's card, so that none of its ports comes above @free. */
static int place_namespace(Scene *scene, SceneNamespace *ns, int y, int *port_free)
{
    for (guint l = 0; l < ns->links->len; l++) {
        const SceneLink *link = ns->links->pdata[l];
        if (link->port)
            y = MAX(y, *port_free - link->y - port_drop(link));
    }
    ns->card->box.y = y;
    for (guint l = 0; l < ns->links->len; l++) {
        SceneLink *link = ns->links->pdata[l];
        link->y += y;
        wish(scene, link->link->edges, link->y);
        if (!link->port)
            continue;
        /* port_drop() is told by the card at 0 */
        link->port->box.y = link->y + port_drop(link);
        *port_free = MAX(*port_free, below(link->port) + PORT_GAP);
    }
    return below(ns->card) + CARD_GAP;
}

/* Each as near to where it would like to be as the one above allows. Returns where the lowest ends. */
static int place_doors(Scene *scene, bool middle, int y)
{
    g_autofree bool *placed = g_new0(bool, scene->doors->len + 1);
    int end = y;
    for (;;) {
        SceneDoor *next = NULL;
        int best = 0, number = 0;
        for (guint d = 0; d < scene->doors->len; d++) {
            SceneDoor *door = scene->doors->pdata[d];
            int hook = door->wants > 0 ? door->wish / door->wants : G_MAXINT / 2;
            if (placed[d] || door->is_middle != middle || (next && hook >= best))
                continue;
            next = door;
            best = hook;
            number = (int)d;
        }
        if (!next)
            return end - CARD_GAP;
        placed[number] = true;
        next->card->box.y = MAX(y, next->wants > 0 ? best - card_hook(next->card) : y);
        wish(scene, next->door->edges, card_hook(next->card));
        y = end = below(next->card) + CARD_GAP;
        if (next->beyond) {
            next->beyond->box.y = card_hook(next->card) - card_hook(next->beyond);
            y = MAX(y, below(next->beyond) + CARD_GAP);
        }
    }
}

static void place_globe(Scene *scene)
{
    int sum = 0, count = 0;
    for (guint d = 0; d < scene->doors->len; d++) {
        const SceneDoor *door = scene->doors->pdata[d];
        if (door->door->leads_out && door->door->type != DOOR_NAMESPACE) {
            sum += card_hook(door->card);
            count++;
        }
    }
    if (count > 0)
        scene->internet_y = MAX(sum / count, MARGIN + SCENE_GLOBE);
}

static void place_rows(Scene *scene)
{
    int top = MARGIN + HOST_TITLE, left = MARGIN + HOST_TITLE - HOST_PADDING, port_free = top, end;
    scene->host.y = MARGIN;
    if (scene->own) {
        scene->own->box.y = top;
        wish(scene, scene->graph->edges, card_hook(scene->own));
        port_free = below(scene->own) + CARD_GAP;
    }
    for (guint n = 0; n < scene->namespaces->len; n++)
        left = place_namespace(scene, scene->namespaces->pdata[n], left, &port_free);
    int bridges = place_doors(scene, true, top), doors = place_doors(scene, false, top);
    end = MAX(port_free, MAX(bridges, doors));
    if (scene->down) {
        scene->down->box.y = left;
        left += scene->down->box.height + CARD_GAP;
    }
    end = MAX(end + HOST_PADDING, left - CARD_GAP);
    scene->host.height = end - scene->host.y;
    place_globe(scene);
    end = MAX(end, scene->internet_y + SCENE_GLOBE + 24);
    for (guint d = 0; d < scene->doors->len; d++)
        if (((SceneDoor *)scene->doors->pdata[d])->beyond)
            end = MAX(end, below(((SceneDoor *)scene->doors->pdata[d])->beyond));
    scene->height = end + MARGIN;
}

Scene *scene_new(const Graph *graph)
{
    Scene *scene = g_new0(Scene, 1);
    scene->graph = graph;
    scene->own = graph->outside ? scene_own_card(graph) : NULL;
    scene->down = scene_down_card(graph);
    scene->namespaces = g_ptr_array_new_with_free_func(namespace_free);
    scene->doors = g_ptr_array_new_with_free_func(door_free);
    int ports = port_width(scene);
    for (guint n = 0; n < graph->namespaces->len; n++)
        g_ptr_array_add(scene->namespaces, namespace_new(graph->namespaces->pdata[n], ports));
    make_doors(scene);
    put_columns(scene, ports);
    place_rows(scene);
    return scene;
}

void scene_free(Scene *scene)
{
    if (!scene)
        return;
    if (scene->own)
        card_free(scene->own);
    if (scene->down)
        card_free(scene->down);
    g_ptr_array_unref(scene->namespaces);
    g_ptr_array_unref(scene->doors);
    g_free(scene);
}
