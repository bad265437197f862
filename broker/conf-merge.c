/* conf-merge.c - the sections of all sources of a namespace, merged into one Conf.
 *
 * All lines are read first (conf-read.c), then each fills its field (the tables of conf-keys.c), then the
 * whole is checked (conf-check.c). */
#include "conf-merge.h"

#include "conf-check.h"
#include "conf-read.h"
#include "conf-source.h"
#include "conf-words.h"
#include "link.h"

#include <string.h>

#define OBJECTS_MAX                                                                                          \
    256 /* links, routes, rules, ports or peers of a namespace: far more than anybody writes by hand */

typedef struct Loader {
    Conf *conf;
    GPtrArray *parts;      /* ConfPart* */
    GPtrArray *link_parts; /* the first ConfPart of each of conf->links */
    ConfMerge how;
    ConfSlips slips;
} Loader;

/* "lab.netns:3: [Access] User=" */
static char *cite_key(const ConfLine *line)
{
    ConfLine bare = *line;
    bare.value = "";
    return conf_cite_line(&bare);
}

static void add_names(GPtrArray *names, const ConfKey *keys)
{
    for (; keys && keys->name; keys++)
        g_ptr_array_add(names, (gpointer)keys->name);
}

static void key_unknown(Loader *loader, const ConfLine *line, const ConfKey *keys, const ConfKey *more)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    add_names(names, keys);
    add_names(names, more);
    g_ptr_array_add(names, NULL);
    const char *nearest = word_nearest(line->key, (const char *const *)names->pdata);
    const char *elsewhere = conf_section_of(line->key);
    g_autofree char *where = cite_key(line);
    GError *error = g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s: unknown key", where);
    g_autofree char *message = error->message;
    const char *foreign = conf_word_key(line->key);
    if (foreign)
        error->message = g_strdup_printf("%s, here it is %s", message, foreign);
    else if (nearest)
        error->message = g_strdup_printf("%s, did you mean %s=?", message, nearest);
    else if (elsewhere)
        error->message = g_strdup_printf("%s here, it belongs in [%s]", message, elsewhere);
    else
        error->message = g_strdup(message);
    conf_slip(&loader->slips, error);
}

/* A type's word for "the admin must give it". */
static bool line_requires(const ConfLine *line)
{
    return line->from_type && g_str_equal(line->value, CONF_REQUIRED);
}

/* As in a shell or TOML; here they would be part of the value. */
static void quotes_tell(const ConfLine *line, GError *error)
{
    size_t length = strlen(line->value);
    g_autofree char *before = error->message;

    if (length > 1 && strchr("\"'", line->value[0]) && line->value[length - 1] == line->value[0])
        error->message = g_strdup_printf("%s (a value takes no quotes)", before);
    else
        error->message = g_steal_pointer(&before);
}

static void line_apply(Loader *loader, const ConfKey *key, const ConfLine *line, void *object)
{
    GError *error = NULL;
    void *field = conf_key_field(key, object);
    if (!*line->value)
        key->type->clear(key, field);
    else if (!line_requires(line) && !key->type->parse(key, line, field, &error)) {
        quotes_tell(line, error);
        conf_slip(&loader->slips, error);
    }
}

static void part_apply(Loader *loader, const ConfPart *part, void *object)
{
    for (guint i = 0; i < part->lines->len; i++) {
        const ConfLine *line = part->lines->pdata[i];
        const ConfKey *key = conf_key_find(part->section->keys, line->key);
        if (key)
            line_apply(loader, key, line, object);
        else
            key_unknown(loader, line, part->section->keys, NULL);
    }
}

/* Links, routes, rules, ports and peers look alike here: a label first, the lines at an offset. */
G_STATIC_ASSERT(offsetof(LinkConf, label) == 0 && offsetof(RouteConf, label) == 0 &&
                offsetof(RuleConf, label) == 0 && offsetof(PortConf, label) == 0 &&
                offsetof(PeerConf, label) == 0);

/* The one of @objects with the part's label, made when it is not there; *ret_new says which. NULL: there are
 * too many. */
static void *object_get(Loader *loader, GPtrArray *objects, const ConfPart *part, size_t size, bool *ret_new)
{
    for (guint i = 0; i < objects->len; i++) {
        *ret_new = false;
        if (g_str_equal(*(char **)objects->pdata[i], part->label))
            return objects->pdata[i];
    }
    if (objects->len == OBJECTS_MAX) {
        conf_slip_at(&loader->slips, part->file, part->line, "[%s %s]: too many of them (at most %d)",
                     part->section->name, part->label, OBJECTS_MAX);
        return NULL;
    }
    void *object = g_malloc0(size);
    *(char **)object = g_strdup(part->label);
    conf_keys_clear(part->section->keys, object);
    g_ptr_array_add(objects, object);
    *ret_new = true;
    return object;
}

static void lines_append(GPtrArray **lines, const ConfPart *part)
{
    if (!*lines)
        *lines = g_ptr_array_new();
    g_ptr_array_extend(*lines, part->lines, NULL, NULL);
}

/* Kind= decides which keys there are, so a link's lines are only gathered here. */
static void link_gather(Loader *loader, ConfPart *part)
{
    bool new;
    LinkConf *link = object_get(loader, loader->conf->links, part, sizeof(LinkConf), &new);
    if (!link)
        return;
    if (new)
        g_ptr_array_add(loader->link_parts, part);
    lines_append(&link->lines, part);
}

/* A route, a rule or a port: @size bytes, and its lines are at @lines. */
static void object_merge(Loader *loader, GPtrArray *objects, const ConfPart *part, size_t size, size_t lines)
{
    bool new;
    if (!part->lines->len)
        conf_slip_at(&loader->slips, part->file, part->line, "[%s %s]: the section is empty",
                     part->section->name, part->label);
    char *object = object_get(loader, objects, part, size, &new);
    if (!object)
        return;
    lines_append((GPtrArray **)(void *)(object + lines), part);
    part_apply(loader, part, object);
}

static void part_merge(Loader *loader, const ConfPart *part)
{
    Conf *conf = loader->conf;
    if (part->section->keys == conf_route_keys)
        object_merge(loader, conf->routes, part, sizeof(RouteConf), offsetof(RouteConf, lines));
    else if (part->section->keys == conf_rule_keys)
        object_merge(loader, conf->rules, part, sizeof(RuleConf), offsetof(RuleConf, lines));
    else if (part->section->keys == conf_peer_keys)
        object_merge(loader, conf->peers, part, sizeof(PeerConf), offsetof(PeerConf, lines));
    else
        object_merge(loader, conf->ports, part, sizeof(PortConf), offsetof(PortConf, lines));
}

/* A key that this link has not: perhaps another kind has it. */
static void link_key_unknown(Loader *loader, const LinkConf *link, const ConfLine *line)
{
    for (const char *const *name = link_kind_names(); *name; name++) {
        if (!conf_key_find(link_kind_find(*name)->keys, line->key))
            continue;
        if (!link->kind)
            return; /* the missing Kind= is the slip */
        g_autofree char *where = cite_key(line);
        conf_slip(&loader->slips,
                  g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s: is a key of Kind=%s, not of Kind=%s",
                              where, *name, link->kind->name));
        return;
    }
    key_unknown(loader, line, conf_link_keys, link->kind ? link->kind->keys : NULL);
}

static void link_kind_apply(Loader *loader, LinkConf *link, const ConfPart *part)
{
    const ConfKey *key = conf_key_find(conf_link_keys, "Kind");
    bool tried = false;
    for (guint i = 0; i < link->lines->len; i++) {
        const ConfLine *line = link->lines->pdata[i];
        if (!g_str_equal(line->key, "Kind"))
            continue;
        line_apply(loader, key, line, link);
        tried = *line->value != '\0';
    }
    if (link->kind) {
        link->own = g_malloc0(link->kind->conf_size ? link->kind->conf_size : 1);
        conf_keys_clear(link->kind->keys, link->own);
    } else if (!tried && loader->how != CONF_MERGE_REST) {
        conf_slip_at(&loader->slips, part->file, part->line, "[Link %s]: Kind= is missing", link->label);
    }
}

static void link_apply(Loader *loader, LinkConf *link, const ConfPart *part)
{
    link_kind_apply(loader, link, part);
    for (guint i = 0; i < link->lines->len; i++) {
        const ConfLine *line = link->lines->pdata[i];
        const ConfKey *common = conf_key_find(conf_link_keys, line->key);
        const ConfKey *own = link->kind ? conf_key_find(link->kind->keys, line->key) : NULL;
        if (common && !g_str_equal(line->key, "Kind"))
            line_apply(loader, common, line, link);
        else if (own)
            line_apply(loader, own, line, link->own);
        else if (!common)
            link_key_unknown(loader, link, line);
    }
    conf_keys_complete(conf_link_keys, link);
    if (!link->name.text[0] && loader->how != CONF_MERGE_REST &&
        !if_name_parse(link->label, &link->name, NULL))
        conf_slip_at(&loader->slips, part->file, part->line,
                     "[Link %s]: needs a Name=, its label cannot be an interface's name", link->label);
}

static void parts_merge(Loader *loader)
{
    Conf *conf = loader->conf;
    for (guint i = 0; i < loader->parts->len; i++) {
        ConfPart *part = loader->parts->pdata[i];
        if (!part->section->labelled)
            part_apply(loader, part, conf);
        else if (part->section->keys == conf_link_keys)
            link_gather(loader, part);
        else
            part_merge(loader, part);
    }
    for (guint i = 0; i < conf->links->len; i++)
        link_apply(loader, conf->links->pdata[i], loader->link_parts->pdata[i]);
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (!section->labelled)
            conf_keys_complete(section->keys, conf);
    for (guint i = 0; i < conf->peers->len; i++)
        conf_keys_complete(conf_peer_keys, conf->peers->pdata[i]);
    if (!conf->dns.servers)
        conf->dns.servers = g_ptr_array_new();
}

/* The last word on the key of @line. */
static const ConfLine *line_last(const Conf *conf, const ConfLine *line)
{
    for (guint i = conf->lines->len; i-- > 0;) {
        const ConfLine *other = conf->lines->pdata[i];
        if (g_str_equal(other->key, line->key) && g_str_equal(other->label, line->label) &&
            g_str_equal(other->section, line->section))
            return other;
    }
    return line;
}

/* What a type leaves to the admin and the admin did not give. */
static void required_check(Loader *loader)
{
    const Conf *conf = loader->conf;
    for (guint i = 0; i < conf->lines->len; i++) {
        const ConfLine *line = conf->lines->pdata[i], *last = line_last(conf, line);
        if (!line_requires(line) || (*last->value && !line_requires(last)))
            continue;
        conf_slip(&loader->slips, g_error_new(CONF_ERROR, CONF_ERROR_INVALID,
                                              "%s.netns: [%s%s%s] %s= is missing, %s needs it", conf->name,
                                              line->section, *line->label ? " " : "", line->label, line->key,
                                              conf_source_short(line->file)));
    }
}

Conf *conf_merge(const char *name, const GPtrArray *sources, ConfMerge how, GPtrArray *slips, GError **error)
{
    g_autoptr(Conf) conf = conf_new(name);
    Loader loader = {.conf = conf, .how = how, .slips = {.messages = slips}};
    g_autoptr(GPtrArray) parts = loader.parts = conf_read(conf, sources, &loader.slips);
    g_autoptr(GPtrArray) link_parts = g_ptr_array_new();
    loader.link_parts = link_parts;
    if (how != CONF_MERGE_REST)
        conf_parts_name(conf, parts, &loader.slips);
    parts_merge(&loader);
    if (how == CONF_MERGE_ALL)
        required_check(&loader);
    if (how == CONF_MERGE_ALL && !loader.slips.first)
        conf_check(conf, &loader.slips);
    if (!loader.slips.first)
        return g_steal_pointer(&conf);
    g_propagate_error(error, loader.slips.first);
    return NULL;
}
