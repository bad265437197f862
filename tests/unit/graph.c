/* graph.c - the pictures of `netnsctl graph` in worlds that are written down: graph/NAME.json, with what is
 * drawn of it in graph/NAME.txt. A new case is a new file; with WRITE in the environment what is missing is
 * written: read it before it is committed.
 *
 * A world has the host's "links" (survey-link.h), the "namespaces" (status.h), and under "ways" what the
 * kernel would answer. */
#include "canvas.h"
#include "graph-dot.h"
#include "graph-json.h"
#include "graph-model.h"
#include "graph-scene.h"
#include "graph-svg.h"
#include "graph-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLDS SOURCE_ROOT "/tests/unit/graph"

static const char *word(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void ask(const GraphQuestion *question, GraphAnswer *ret, void *user)
{
    size_t i;
    const json_t *way;
    ret->way = WAY_NONE;
    json_array_foreach((json_t *)user, i, way)
    {
        if (g_strcmp0(word(way, "family"), question->family == AF_INET ? "ipv4" : "ipv6") != 0 ||
            g_strcmp0(word(way, "incoming"), question->incoming) != 0 ||
            g_strcmp0(word(way, "outgoing"), question->outgoing) != 0)
            continue;
        ret->way = word(way, "way") ? WAY_NOT_FORWARDED : WAY_FOUND;
        g_strlcpy(ret->link, word(way, "link") ? word(way, "link") : "", sizeof ret->link);
        g_strlcpy(ret->gateway, word(way, "gateway") ? word(way, "gateway") : "", sizeof ret->gateway);
    }
}

static Graph *world(const char *name)
{
    g_autofree char *path = g_strdup_printf(WORLDS "/%s.json", name);
    json_error_t slip;
    json_t *json = json_load_file(path, 0, &slip);
    if (!json)
        g_error("%s:%d: %s", path, slip.line, slip.text);
    const json_t *links = json_object_get(json, "links");
    Graph *graph = graph_new(word(json, "host"), json_object_get(json, "namespaces"),
                             json_is_null(links) ? NULL : links, ask, json_object_get(json, "ways"));
    json_decref(json);
    return graph;
}

static char *text(const Graph *graph, int width, bool unicode, bool bold)
{
    char *buffer = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&buffer, &size);
    graph_text(graph, width, unicode, bold, out);
    g_assert_cmpint(fclose(out), ==, 0);
    char *copy = g_strdup(buffer);
    free(buffer);
    return copy;
}

/* ---- as it should be ---- */

static char *drawn(const Graph *graph)
{
    static const struct {
        int width;
        bool unicode;
    } forms[] = {{140, true}, {80, true}, {80, false}, {40, true}};
    GString *all = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *picture = text(graph, forms[i].width, forms[i].unicode, false);
        g_string_append_printf(all, "%s## %d columns%s\n%s", i ? "\n" : "", forms[i].width,
                               forms[i].unicode ? "" : ", ASCII", picture);
    }
    return g_string_free(all, FALSE);
}

static void test_picture(const void *name)
{
    g_autofree char *path = g_strdup_printf(WORLDS "/%s.txt", (const char *)name);
    g_autoptr(Graph) graph = world(name);
    g_autofree char *is = drawn(graph), *want = NULL;
    if (g_getenv("WRITE") && !g_file_test(path, G_FILE_TEST_EXISTS))
        g_assert_true(g_file_set_contents(path, is, -1, NULL));
    g_assert_true(g_file_get_contents(path, &want, NULL, NULL));
    if (strcmp(is, want) != 0)
        g_printerr("is:\n%s", is);
    g_assert_true(strcmp(is, want) == 0);
}

/* ---- whatever it is ---- */

static void each_line(const char *picture, int width)
{
    g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_assert_true(g_utf8_validate(*line, -1, NULL));
        for (const char *c = *line; *c; c = g_utf8_next_char(c))
            g_assert_true(g_unichar_isprint(g_utf8_get_char(c)));
        if (canvas_width_of(*line) > width)
            g_error("%d columns instead of %d:\n%s", canvas_width_of(*line), width, picture);
    }
}

static void test_widths(const void *name)
{
    g_autoptr(Graph) graph = world(name);
    for (int width = 20; width < 160; width++) {
        g_autofree char *picture = text(graph, width, true, false);
        g_autofree char *plain = text(graph, width, false, false);
        each_line(picture, width);
        each_line(plain, width);
        g_assert_true(g_str_is_ascii(plain));
    }
}

static void element_start(GMarkupParseContext *context, const char *element, const char **names,
                          const char **values, void *user, GError **error)
{
    (void)names, (void)values;
    *(int *)user += g_str_equal(element, "text");
}

static void test_svg(const void *name)
{
    g_autoptr(Graph) graph = world(name);
    g_autofree char *svg = graph_svg(graph);
    g_autoptr(GError) error = NULL;
    int texts = 0;
    const GMarkupParser parser = {.start_element = element_start};
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &texts, NULL);
    g_markup_parse_context_parse(context, svg, -1, &error);
    g_assert_no_error(error);
    g_markup_parse_context_end_parse(context, &error);
    g_assert_no_error(error);
    g_markup_parse_context_free(context);
    g_assert_cmpint(texts, >, (int)graph->namespaces->len);
    for (const char *c = svg; *c; c = g_utf8_next_char(c))
        g_assert_true(*c == '\n' || g_unichar_isprint(g_utf8_get_char(c)));
}

/* ---- where cards stand ---- */

static void keep(GPtrArray *boxes, const Card *card)
{
    if (card)
        g_ptr_array_add(boxes, (void *)&card->box);
}

static GPtrArray *boxes_of(const Scene *scene)
{
    GPtrArray *boxes = g_ptr_array_new();
    keep(boxes, scene->own);
    keep(boxes, scene->down);
    for (guint n = 0; n < scene->namespaces->len; n++) {
        const SceneNamespace *ns = scene->namespaces->pdata[n];
        keep(boxes, ns->card);
        for (guint l = 0; l < ns->links->len; l++)
            keep(boxes, ((SceneLink *)ns->links->pdata[l])->port);
    }
    for (guint d = 0; d < scene->doors->len; d++) {
        const SceneDoor *door = scene->doors->pdata[d];
        keep(boxes, door->card);
        keep(boxes, door->beyond);
        if (door->beyond)
            g_assert_cmpint(card_hook(door->card), ==, card_hook(door->beyond));
    }
    return boxes;
}

static void test_cards(const void *name)
{
    g_autoptr(Graph) graph = world(name);
    g_autoptr(Scene) scene = scene_new(graph);
    g_autoptr(GPtrArray) boxes = boxes_of(scene);
    for (guint i = 0; i < boxes->len; i++) {
        const SvgBox *box = boxes->pdata[i];
        g_assert_true(box->x > 0 && box->y > 0 && box->width > 0 && box->height > 0);
        g_assert_cmpint(box->x + box->width, <, scene->width);
        g_assert_cmpint(box->y + box->height, <, scene->height);
        for (guint j = 0; j < i; j++) {
            const SvgBox *other = boxes->pdata[j];
            g_assert_true(box->x >= other->x + other->width || other->x >= box->x + box->width ||
                          box->y >= other->y + other->height || other->y >= box->y + box->height);
        }
    }
}

/* Quotes and braces close, each line ends as one does. */
static void test_dot(const void *name)
{
    g_autoptr(Graph) graph = world(name);
    g_autofree char *dot = graph_dot(graph);
    int braces = 0;
    bool quoted = false;
    for (const char *c = dot; *c; c++) {
        if (quoted && *c == '\\')
            g_assert_true(*++c == 'n' || *c == '"' || *c == '\\');
        else if (*c == '"')
            quoted = !quoted;
        else if (!quoted)
            braces += (*c == '{') - (*c == '}');
        g_assert_true(*c != '\n' || !quoted);
        g_assert_true(*c == '\n' || (unsigned char)*c >= ' ');
        g_assert_cmpint(braces, >=, c == dot ? 0 : braces ? 1 : 0);
    }
    g_assert_false(quoted);
    g_assert_cmpint(braces, ==, 0);
}

/* ---- the model ---- */

static const json_t *named(const json_t *array, const char *name)
{
    size_t i;
    const json_t *object;
    json_array_foreach(array, i, object)
    {
        if (g_strcmp0(word(object, "name"), name) == 0)
            return object;
    }
    g_error("%s is not there", name);
}

/* @families: NULL for frames. */
static void way_is(const json_t *object, size_t number, const char *interface, const char *families)
{
    const json_t *way = json_array_get(json_object_get(object, "ways"), number);
    g_autofree char *is = json_dumps(json_object_get(way, "families"), JSON_ENCODE_ANY | JSON_COMPACT);
    g_assert_cmpstr(word(way, "interface"), ==, interface);
    g_assert_cmpstr(is, ==, families);
}

static const json_t *link_of(const json_t *json, const char *ns, const char *link)
{
    return named(json_object_get(named(json_object_get(json, "namespaces"), ns), "links"), link);
}

static void test_ways(void)
{
    g_autoptr(Graph) graph = world("leak");
    json_t *json = graph_json(graph);
    const json_t *doors = json_object_get(json, "interfaces");
    way_is(json, 0, "tun0", "[\"ipv4\"]");
    way_is(json, 1, "eth0", "[\"ipv6\"]");
    way_is(link_of(json, "lab", "vn-lab1"), 1, "eth0", "[\"ipv6\"]");
    /* 193.0.0.0/8 is more specific than its default route */
    g_assert_cmpuint(json_array_size(json_object_get(link_of(json, "two", "vn-two1"), "ways")), ==, 0);
    way_is(link_of(json, "two", "wg0"), 0, "wg0", NULL);
    way_is(link_of(json, "two", "lan"), 0, "eth0", NULL);
    g_assert_cmpstr(word(link_of(json, "two", "extra"), "note"), ==, "to the host only");
    /* the host routes for the one, a router behind eth1 for the other */
    way_is(named(doors, "br0"), 0, "eth1", NULL);
    way_is(named(doors, "br0"), 1, "tun0", "[\"ipv4\"]");
    g_assert_cmpstr(word(named(doors, "eth1"), "type"), ==, "uplink");
    g_assert_cmpint(json_integer_value(json_object_get(named(doors, "br0"), "other_ports")), ==, 1);
    g_assert_cmpstr(word(named(doors, "tun0"), "over"), ==, "eth0");
    json_decref(json);
}

/* A name on a terminal is bold, and nothing else is. */
static void test_bold(void)
{
    g_autoptr(Graph) graph = world("empty");
    g_autofree char *bold = text(graph, 80, true, true), *plain = text(graph, 80, true, false);
    g_assert_nonnull(strstr(bold, " \033[1mlaptop\033[0m "));
    g_auto(GStrv) parts = g_strsplit(bold, "\033[1mlaptop\033[0m", -1);
    g_autofree char *joined = g_strjoinv("laptop", parts);
    g_assert_cmpstr(joined, ==, plain);
}

int main(int argc, char **argv)
{
    static const char *const worlds[] = {"empty", "alone", "vpn", "leak", "odd", "inside", "many"};
    static const struct {
        const char *path;
        GTestDataFunc test;
    } tests[] = {{"is drawn as written down", test_picture},
                 {"fits into every width", test_widths},
                 {"is well-formed as SVG", test_svg},
                 {"has no card upon another", test_cards},
                 {"is well-formed for Graphviz", test_dot}};
    g_test_init(&argc, &argv, NULL);
    for (size_t w = 0; w < G_N_ELEMENTS(worlds); w++)
        for (size_t t = 0; t < G_N_ELEMENTS(tests); t++) {
            g_autofree char *path = g_strdup_printf("/graph/%s %s", worlds[w], tests[t].path);
            g_test_add_data_func(path, worlds[w], tests[t].test);
        }
    g_test_add_func("/graph/ways are those of the longest prefix inside, and of the kernel outside",
                    test_ways);
    g_test_add_func("/graph/names are bold on a terminal", test_bold);
    return g_test_run();
}
