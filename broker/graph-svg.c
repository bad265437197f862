/* graph-svg.c - see graph-svg.h. Lines first, cards over them. What stands where is graph-scene.c's. */
#include "graph-svg.h"

#include "graph-scene.h"

#include <string.h>

#define BACKGROUND "#f8fafc"
#define FRAME "#e2e8f0"
#define HOST_FILL "#eef3f9"
#define HOST_BORDER "#94a3b8"
#define QUIET "#94a3b8" /* of lines that lead nowhere */

static const SvgStyle heading = {SVG_BOLD, 15, "#1e293b"};
static const SvgStyle caption = {SVG_SANS, 12, "#64748b"};

typedef struct Drawing {
    const Scene *scene;
    GString *svg;
    GString *labels; /* over all lines */
} Drawing;

static int right_of(const Card *card)
{
    return card->box.x + card->box.width;
}

static const SceneDoor *door_of(const Scene *scene, const GraphEdge *edge)
{
    return scene->doors->pdata[edge->door];
}

static const char *colour_of(const Scene *scene, const GArray *edges)
{
    return edges->len > 0 ? door_of(scene, graph_edge(edges, 0))->colour : QUIET;
}

/* "IPv4" at the beginning of a line that is not for both. */
static void draw_families(const Drawing *drawing, int x, int y, const GraphEdge *edge, const char *colour)
{
    const char *families = graph_edge_families(drawing->scene->graph, edge);
    SvgStyle style = {SVG_SANS, 10.5, colour};
    if (families)
        svg_label(drawing->labels, x + 9, y + 4, &style, HOST_FILL, families);
}

/* Several lines from one place begin side by side. */
static void draw_edges(const Drawing *drawing, const GArray *edges, int x, int y)
{
    for (guint e = 0; e < edges->len; e++) {
        const GraphEdge *edge = graph_edge(edges, e);
        const SceneDoor *door = door_of(drawing->scene, edge);
        SvgLine line = {door->colour, 2, edge->frames && !door->is_middle};
        int from = y + SCENE_STEP * (int)e, to = door->card->box.x;
        svg_curve(drawing->svg, x, from, to - 6, card_hook(door->card), &line);
        svg_arrow(drawing->svg, to, card_hook(door->card), door->colour);
        draw_families(drawing, x, from, edge, door->colour);
    }
}

static void draw_link(const Drawing *drawing, const SceneLink *link)
{
    const GArray *edges = link->link->edges;
    int ports = drawing->scene->ports_end;
    SvgLine line = {colour_of(drawing->scene, edges), 2, false};
    if (link->port && !graph_link_is_sibling(link->link)) {
        svg_line(drawing->svg, link->x, link->y, link->port->box.x, link->y, &line);
        draw_edges(drawing, edges, right_of(link->port), link->y);
    } else if (edges->len > 0) {
        line.dashed = true;
        svg_line(drawing->svg, link->x, link->y, ports, link->y, &line);
        draw_edges(drawing, edges, ports, link->y);
    }
}

static void draw_wires(const Scene *scene, GString *svg)
{
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            const SceneLink *link = ns->links->pdata[l];
            if (link->link->mate_namespace < 0)
                continue;
            const SceneNamespace *other = scene->namespaces->pdata[link->link->mate_namespace];
            const SceneLink *mate = other->links->pdata[link->link->mate_link];
            if (mate->y > link->y) /* each once, from above */
                svg_bow(svg, ns->card->box.x, link->y, mate->y, 36, &(SvgLine){"#475569", 2, false});
        }
    }
}

/* From a door to the next hop, and on to the globe. Into a tunnel by a tunnel. */
static void draw_beyond(const Scene *scene, GString *svg, const SceneDoor *door, int at_globe)
{
    int x = right_of(door->card), y = card_hook(door->card);
    SvgLine line = {door->colour, 2, false}, pipe = {door->colour, 9, false};
    if (door->beyond) {
        int to = door->beyond->box.x;
        if (door->door->type == DOOR_TUNNEL) {
            g_string_append(svg, "<g opacity=\"0.2\">");
            svg_line(svg, x + 6, y, to - 14, y, &pipe);
            g_string_append(svg, "</g>\n");
        }
        svg_line(svg, x, y, to - 6, y, &line);
        svg_arrow(svg, to, y, door->colour);
        x = right_of(door->beyond);
    }
    if (!door->door->leads_out || door->door->type == DOOR_NAMESPACE)
        return;
    int to = scene->internet_x - SCENE_GLOBE - 4;
    svg_curve(svg, x, y, to - 6, at_globe, &line);
    svg_arrow(svg, to, at_globe, door->colour);
}

/* Side by side, from above as the doors are. */
static int place_at_globe(const Scene *scene, const SceneDoor *door)
{
    int above = 0, all = 0;
    for (guint d = 0; d < scene->doors->len; d++) {
        const SceneDoor *other = scene->doors->pdata[d];
        bool counts = other->door->leads_out && other->door->type != DOOR_NAMESPACE;
        all += counts;
        above += counts && other->card->box.y < door->card->box.y;
    }
    return scene->internet_y + MIN(10, 2 * SCENE_GLOBE / (all + 1)) * (2 * above - all + 1) / 2;
}

static void draw_globe(const Scene *scene, GString *svg)
{
    const SvgLine line = {"#3b82f6", 1.4, false};
    const SvgStyle style = {SVG_BOLD, 13, "#1e293b"};
    int x = scene->internet_x, y = scene->internet_y, r = SCENE_GLOBE;
    if (x == 0)
        return;
    svg_circle(svg, x, y, r, "#dbeafe", line.colour, 1.8);
    svg_ellipse(svg, x, y, r * 45 / 100, r, &line);
    svg_line(svg, x - r, y, x + r, y, &line);
    svg_line(svg, x - r * 86 / 100, y - r / 2, x + r * 86 / 100, y - r / 2, &line);
    svg_line(svg, x - r * 86 / 100, y + r / 2, x + r * 86 / 100, y + r / 2, &line);
    svg_text(svg, x, y + r + 18, SVG_MIDDLE, &style, "Internet");
}

static void draw_host(const Scene *scene, GString *svg)
{
    int x = scene->host.x + 24, y = scene->host.y + 30;
    svg_box(svg, &scene->host, 14, HOST_FILL, HOST_BORDER, 1.5);
    svg_text(svg, x, y, SVG_START, &heading, scene->graph->host);
    svg_text(svg, x + svg_width_of(scene->graph->host, &heading) + 8, y, SVG_START, &caption, "the host");
}

static bool has_dots(const Scene *scene)
{
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++) {
            const GraphLink *link = ((SceneLink *)ns->links->pdata[l])->link;
            if (link->edges->len > 0 && (!link->port || graph_link_is_sibling(link)))
                return true;
        }
    }
    return false;
}

static void draw_legend(const Scene *scene, GString *svg)
{
    const SvgStyle style = {SVG_SANS, 11, "#64748b"};
    if (has_dots(scene))
        svg_text(svg, scene->host.x + scene->host.width - 24, scene->host.y + scene->host.height - 14,
                 SVG_END, &style, "dotted: past the host's routing and firewall");
}

static void draw_lines(const Drawing *drawing)
{
    const Scene *scene = drawing->scene;
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        for (guint l = 0; l < ns->links->len; l++)
            draw_link(drawing, ns->links->pdata[l]);
    }
    draw_wires(scene, drawing->svg);
    if (scene->own)
        draw_edges(drawing, scene->graph->edges, right_of(scene->own), card_hook(scene->own));
    for (guint d = 0; d < scene->doors->len; d++) {
        const SceneDoor *door = scene->doors->pdata[d];
        draw_edges(drawing, door->door->edges, right_of(door->card), card_hook(door->card));
        draw_beyond(scene, drawing->svg, door, place_at_globe(scene, door));
    }
}

static void draw_card(const Card *card, GString *svg)
{
    if (card)
        card_draw(card, svg);
}

static void draw_cards(const Scene *scene, GString *svg)
{
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        card_draw(ns->card, svg);
        for (guint l = 0; l < ns->links->len; l++)
            draw_card(((SceneLink *)ns->links->pdata[l])->port, svg);
    }
    draw_card(scene->own, svg);
    draw_card(scene->down, svg);
    for (guint d = 0; d < scene->doors->len; d++) {
        draw_card(((SceneDoor *)scene->doors->pdata[d])->card, svg);
        draw_card(((SceneDoor *)scene->doors->pdata[d])->beyond, svg);
    }
}

char *graph_svg(const Graph *graph)
{
    g_autoptr(Scene) scene = scene_new(graph);
    g_autofree char *title = g_strconcat("Network namespaces of ", graph->host, NULL);
    g_autoptr(GString) labels = g_string_new(NULL);
    GString *svg = g_string_new(NULL);
    svg_begin(svg, scene->width, scene->height, title);
    svg_box(svg, &(SvgBox){1, 1, scene->width - 2, scene->height - 2}, 16, BACKGROUND, FRAME, 1);
    draw_host(scene, svg);
    draw_lines(&(Drawing){scene, svg, labels});
    g_string_append(svg, labels->str);
    draw_cards(scene, svg);
    draw_globe(scene, svg);
    draw_legend(scene, svg);
    svg_end(svg);
    return g_string_free(svg, FALSE);
}
