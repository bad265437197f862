/* conf.c - a namespace's configuration: found, put on top of its type, loaded; and freed.
 *
 * Which files these are and whether they may be trusted is in conf-source.c, what they say in conf-merge.c.
 */
#include "conf.h"

#include "conf-keys.h"
#include "conf-merge.h"
#include "conf-source.h"
#include "ini.h"
#include "link.h"

#include <string.h>

#define NAME_MAX_LENGTH 32
#define SUFFIX ".netns"

bool conf_name_valid(const char *name, GError **error)
{
    size_t length = strlen(name);
    const char *why = NULL;
    if (!length)
        why = "is empty";
    else if (length > NAME_MAX_LENGTH)
        why = "is longer than 32 characters";
    else if (!g_ascii_isalnum(name[0]))
        why = "does not start with a letter or digit";
    for (const char *c = name; !why && *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '_' && *c != '.' && *c != '-')
            why = "has other characters than letters, digits, '_', '.' and '-'";
    if (!why)
        return true;
    g_autofree char *printable = g_strescape(name, NULL);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "'%.64s' is no name for a namespace: it %s", printable,
                why);
    return false;
}

char **conf_names(GError **error)
{
    return conf_source_names(NULL, NULL, error);
}

static void link_free(gpointer pointer)
{
    LinkConf *link = pointer;
    if (link->kind) {
        if (link->kind->wipe)
            link->kind->wipe(link->own);
        conf_keys_clear(link->kind->keys, link->own);
        g_free(link->own);
    }
    conf_keys_clear(conf_link_keys, link);
    g_clear_pointer(&link->lines, g_ptr_array_unref);
    g_free(link->label);
    g_free(link);
}

static void route_free(gpointer pointer)
{
    RouteConf *route = pointer;
    conf_keys_clear(conf_route_keys, route);
    g_clear_pointer(&route->lines, g_ptr_array_unref);
    g_free(route->label);
    g_free(route);
}

static void rule_free(gpointer pointer)
{
    RuleConf *rule = pointer;
    conf_keys_clear(conf_rule_keys, rule);
    g_clear_pointer(&rule->lines, g_ptr_array_unref);
    g_free(rule->label);
    g_free(rule);
}

static void port_free(gpointer pointer)
{
    PortConf *port = pointer;
    conf_keys_clear(conf_port_keys, port);
    g_clear_pointer(&port->lines, g_ptr_array_unref);
    g_free(port->label);
    g_free(port);
}

static void peer_free(gpointer pointer)
{
    PeerConf *peer = pointer;
    conf_keys_clear(conf_peer_keys, peer);
    explicit_bzero(&peer->preshared, sizeof peer->preshared);
    g_clear_pointer(&peer->lines, g_ptr_array_unref);
    g_free(peer->where);
    g_free(peer->label);
    g_free(peer);
}

PeerConf *conf_peer_new(Conf *conf, const char *label)
{
    PeerConf *peer = g_new0(PeerConf, 1);
    peer->label = g_strdup("");
    peer->link = g_strdup(label);
    peer->allowed = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(conf->peers, peer);
    return peer;
}

static void conf_sections_clear(Conf *conf)
{
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (!section->labelled)
            conf_keys_clear(section->keys, conf);
}

Conf *conf_new(const char *name)
{
    Conf *conf = g_new0(Conf, 1);
    conf->name = g_strdup(name);
    conf->links = g_ptr_array_new_with_free_func(link_free);
    conf->routes = g_ptr_array_new_with_free_func(route_free);
    conf->rules = g_ptr_array_new_with_free_func(rule_free);
    conf->ports = g_ptr_array_new_with_free_func(port_free);
    conf->peers = g_ptr_array_new_with_free_func(peer_free);
    conf->lines = g_ptr_array_new_with_free_func(g_free);
    conf->strings = g_string_chunk_new(1024);
    conf_sections_clear(conf);
    return conf;
}

void conf_free(Conf *conf)
{
    if (!conf)
        return;
    conf_sections_clear(conf);
    g_ptr_array_unref(conf->links);
    g_ptr_array_unref(conf->routes);
    g_ptr_array_unref(conf->rules);
    g_ptr_array_unref(conf->ports);
    g_ptr_array_unref(conf->peers);
    g_free(conf->secrets);
    g_free(conf->client_files);
    g_ptr_array_unref(conf->lines);
    g_string_chunk_free(conf->strings);
    g_free(conf->name);
    g_free(conf->file);
    g_free(conf);
}

/* Type=, as the admin's files say it, before anything else is read. */
typedef struct TypeScan {
    const char *file;
    bool in_namespace;
    ConfLine line; /* of the last Type=; value NULL: none */
    char *value;   /* owned */
} TypeScan;

static void type_scan_done(TypeScan *scan)
{
    g_free(scan->value);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TypeScan, type_scan_done)

static void scan_section(void *user, unsigned line, const char *section, const char *label)
{
    TypeScan *scan = user;
    scan->in_namespace = g_str_equal(section, "Namespace");
}

static void scan_assign(void *user, unsigned line, const char *key, const char *value)
{
    TypeScan *scan = user;
    if (!scan->in_namespace || !g_str_equal(key, "Type"))
        return;
    g_free(scan->value);
    scan->value = *value ? g_strdup(value) : NULL;
    scan->line =
        (ConfLine){.file = scan->file, .line = line, .section = "Namespace", .label = "", .key = "Type"};
    scan->line.value = scan->value;
}

static void scan_slip(void *user, unsigned line, const char *message)
{
    /* conf_merge() reads the same text again and reports it */
}

static void type_scan(const GPtrArray *sources, TypeScan *ret)
{
    static const IniSink sink = {scan_section, scan_assign, scan_slip};
    for (guint i = 0; i < sources->len; i++) {
        const ConfSource *source = sources->pdata[i];
        ret->file = source->path;
        ret->in_namespace = false;
        ini_read(source->text, source->size, &sink, ret);
    }
}

/* Of several, the nearest one, else all. */
static char *type_hint(const char *type)
{
    g_auto(GStrv) names = conf_source_names("types", NULL, NULL);
    const char *nearest = names ? word_nearest(type, (const char *const *)names) : NULL;
    g_autofree char *all = names && *names ? g_strjoinv(", ", names) : NULL;

    if (strpbrk(type, "\"'"))
        return g_strdup(": a value takes no quotes");
    if (nearest)
        return g_strdup_printf(", did you mean %s?", nearest);
    return all ? g_strdup_printf(" (there are: %s)", all) : g_strdup("");
}

static bool type_missing(const char *type, const TypeScan *scan, GError **error)
{
    g_autofree char *hint = type_hint(type);
    if (scan->value)
        return conf_fail(&scan->line, error, "no such type%s", hint);
    g_set_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND, "%s: no such type of namespace%s", type, hint);
    return false;
}

static GPtrArray *sources_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)conf_source_free);
}

/* Put the type's file and its drop-ins in front of @sources. */
static bool type_lay(const char *type, const TypeScan *scan, ConfFlags flags, GPtrArray *sources,
                     GError **error)
{
    g_autoptr(GPtrArray) below = sources_new();
    g_autofree char *file = g_strconcat(type, SUFFIX, NULL);
    ConfSource *source = NULL;
    if (!conf_name_valid(type, NULL))
        return type_missing(type, scan, error);
    if (!conf_source_find("types", file, flags, &source, error))
        return false;
    if (!source)
        return type_missing(type, scan, error);
    g_ptr_array_insert(sources, 0, source);
    if (!conf_source_dropins("types", file, flags, below, error))
        return false;
    source->from_type = true;
    for (gint i = 1; below->len; i++) {
        ConfSource *dropin = g_ptr_array_steal_index(below, 0);
        dropin->from_type = true;
        g_ptr_array_insert(sources, i, dropin);
    }
    return true;
}

/* @type over what the files say over basic. */
static char *type_choose(const char *name, const char *type, const TypeScan *scan, GError **error)
{
    if (type && scan->value && !g_str_equal(type, scan->value)) {
        conf_fail(&scan->line, error, "%s was asked for as Type=%s", name, type);
        return NULL;
    }
    return g_strdup(type ? type : scan->value ? scan->value : "basic");
}

static GError *noted(GPtrArray *slips, GError *error)
{
    if (slips)
        g_ptr_array_add(slips, g_strdup(error->message));
    return error;
}

/* The rest of the way, from the admin's own @sources (@file first, when there is one). */
static Conf *sources_load(const char *name, const char *type, const char *file, GPtrArray *sources,
                          ConfFlags flags, GPtrArray *slips, GError **error)
{
    GError *why = NULL;
    g_auto(TypeScan) scan = {0};
    type_scan(sources, &scan);
    g_autofree char *chosen = type_choose(name, type, &scan, &why);
    if (!chosen || !type_lay(chosen, &scan, flags, sources, &why)) {
        /* what is wrong besides the type is worth knowing as well */
        if (slips)
            conf_free(conf_merge(name, sources, CONF_MERGE_REST, slips, NULL));
        g_propagate_error(error, noted(slips, why));
        return NULL;
    }
    Conf *conf = conf_merge(name, sources, CONF_MERGE_ALL, slips, error);
    if (!conf)
        return NULL;
    conf->file = g_strdup(file);
    if (!conf->type && type)
        conf->type = g_strdup(type);
    return conf;
}

static void not_found(const char *name, GError **error)
{
    g_auto(GStrv) names = conf_names(NULL);
    const char *nearest = names ? word_nearest(name, (const char *const *)names) : NULL;
    g_autofree char *hint = nearest ? g_strdup_printf(", did you mean %s?", nearest) : g_strdup("");
    g_set_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND, "%s: no such namespace is configured%s", name, hint);
}

Conf *conf_load(const char *name, const char *type, ConfFlags flags, GPtrArray *slips, GError **error)
{
    g_autoptr(GPtrArray) sources = sources_new();
    g_autofree char *file = g_strconcat(name, SUFFIX, NULL);
    GError *why = NULL;
    ConfSource *main = NULL;
    if (conf_name_valid(name, &why) && conf_source_find(NULL, file, flags, &main, &why)) {
        if (main)
            g_ptr_array_add(sources, main);
        else if (!type)
            not_found(name, &why);
    }
    if (!why && conf_source_dropins(NULL, file, flags, sources, &why))
        return sources_load(name, type, main ? main->path : NULL, sources, flags, slips, error);
    g_propagate_error(error, noted(slips, why));
    return NULL;
}

Conf *conf_load_file(const char *path, ConfFlags flags, GPtrArray *slips, GError **error)
{
    g_autoptr(GPtrArray) sources = sources_new();
    g_autofree char *name = g_path_get_basename(path), *full = g_canonicalize_filename(path, NULL);
    const char *below = conf_source_short(full);
    GError *why = NULL;
    ConfSource *main = NULL;
    if (g_str_has_suffix(name, SUFFIX) && below != full && g_str_equal(below, name)) {
        name[strlen(name) - strlen(SUFFIX)] = '\0';
        return conf_load(name, NULL, CONF_STRICT, slips, error);
    }
    if (!g_str_has_suffix(name, SUFFIX))
        g_set_error(&why, CONF_ERROR, CONF_ERROR_INVALID, "%s: the file must be called NAME.netns", path);
    else
        name[strlen(name) - strlen(SUFFIX)] = '\0';
    if (!why && conf_name_valid(name, &why) && (main = conf_source_read(path, flags, &why))) {
        g_ptr_array_add(sources, main);
        return sources_load(name, NULL, path, sources, flags, slips, error);
    }
    g_propagate_error(error, noted(slips, why));
    return NULL;
}

Conf *conf_load_type(const char *type, ConfFlags flags, GPtrArray *slips, GError **error)
{
    g_autoptr(GPtrArray) sources = sources_new();
    TypeScan nothing = {0};
    GError *why = NULL;
    if (type_lay(type, &nothing, flags, sources, &why))
        return conf_merge("NAME", sources, CONF_MERGE_TYPE, slips, error);
    g_propagate_error(error, noted(slips, why));
    return NULL;
}
