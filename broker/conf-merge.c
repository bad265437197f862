/* conf-merge.c - the sections of all sources of a namespace, merged into one Conf.
 *
 * All lines are read first (ini.c), then each fills its field (the tables of conf-keys.c), then the whole is
 * checked (conf-check.c). A slip is noted and the rest goes on, so that all of them come out at once. */
#include "conf-merge.h"
#include "conf-keys.h"
#include "conf-source.h"
#include "ini.h"
#include "link.h"

#include <string.h>

#define LABEL_MAX 32
#define OBJECTS_MAX 256 /* links, routes or rules of a namespace: far more than anybody writes by hand */
#define REQUIRED "%?"   /* a type's value that the admin must give */

/* One occurrence of a section in a file. */
typedef struct Part {
    const ConfSection *section;
    const char *file, *label;
    unsigned line;
    bool from_type;
    GPtrArray *lines; /* ConfLine*, borrowed */
} Part;

typedef struct Loader {
    Conf *conf;
    GPtrArray *parts;         /* Part* */
    GPtrArray *link_parts;    /* the first Part of each of conf->links */
    const ConfSource *source; /* being read */
    Part *part;               /* being read; NULL: its header was a slip */
    ConfMerge how;
    GPtrArray *slips; /* char*; may be NULL */
    GError *first;
} Loader;

/* Slips */

static void slip_add(GError *error, void *user)
{
    Loader *loader = user;
    if (loader->slips)
        g_ptr_array_add(loader->slips, g_strdup(error->message));
    if (loader->first)
        g_error_free(error);
    else
        loader->first = error;
}

static void slip_at(Loader *loader, const char *file, unsigned line, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void slip_at(Loader *loader, const char *file, unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    slip_add(g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s:%u: %s", conf_source_short(file), line, what),
             loader);
}

/* Reading: lines of text become Parts and ConfLines. */

static const char *keep(Loader *loader, const char *text)
{
    return g_string_chunk_insert_const(loader->conf->strings, text);
}

static void section_unknown(Loader *loader, unsigned line, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const ConfSection *section = conf_sections; section->name; section++)
        g_ptr_array_add(names, (gpointer)section->name);
    g_ptr_array_add(names, NULL);
    const char *nearest = word_nearest(name, (const char *const *)names->pdata);
    slip_at(loader, loader->source->path, line, "[%s]: unknown section%s%s%s", name,
            nearest ? ", did you mean [" : "", nearest ? nearest : "", nearest ? "]?" : "");
}

static bool label_clean(const char *label)
{
    for (const char *c = label; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '_' && *c != '.' && *c != '-')
            return false;
    return strlen(label) <= LABEL_MAX;
}

/* NULL, or what is wrong with @label for a section of this kind. */
static const char *label_why(const Loader *loader, const ConfSection *section, const char *label)
{
    if (!section->labelled)
        return *label ? "there is only one such section, it takes no name" : NULL;
    if (!*label && (section->keys != conf_link_keys || loader->source->from_type))
        return "the section needs a name, as in [Link wan] or [Route office]";
    return label_clean(label) ? NULL
                              : "a section's name has only letters, digits, '_', '.' and '-', at most 32";
}

static void section_sink(void *user, unsigned line, const char *name, const char *label)
{
    Loader *loader = user;
    const ConfSection *section = conf_section_find(name);
    loader->part = NULL;
    if (!section) {
        section_unknown(loader, line, name);
        return;
    }
    const char *why = label_why(loader, section, label);
    if (why) {
        slip_at(loader, loader->source->path, line, "[%s%s%s]: %s", name, *label ? " " : "", label, why);
        return;
    }
    Part *part = g_new0(Part, 1);
    *part = (Part){section, keep(loader, loader->source->path), keep(loader, label),
                   line,    loader->source->from_type,          g_ptr_array_new()};
    g_ptr_array_add(loader->parts, part);
    loader->part = part;
}

/* %n and %%. NULL: there was another one, and it is a slip. */
static char *value_expand(Loader *loader, ConfLine *line, const char *value)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const char *c = value; *c; c++) {
        if (*c != '%') {
            g_string_append_c(text, *c);
            continue;
        }
        c++;
        if (*c == 'n') {
            g_string_append(text, loader->conf->name);
            line->expanded = true;
        } else if (*c == '%') {
            g_string_append_c(text, '%');
        } else {
            GError *error = NULL;
            conf_fail(line, &error,
                      "only %%n (the namespace's name) and %%%% (a percent sign) can stand here");
            slip_add(error, loader);
            return NULL;
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void assign_sink(void *user, unsigned number, const char *key, const char *value)
{
    Loader *loader = user;
    Part *part = loader->part;
    if (!part)
        return;
    ConfLine *line = g_new0(ConfLine, 1);
    *line = (ConfLine){.file = part->file,
                       .line = number,
                       .section = part->section->name,
                       .label = part->label,
                       .key = keep(loader, key),
                       .value = keep(loader, value),
                       .from_type = part->from_type};
    g_ptr_array_add(loader->conf->lines, line);
    if (part->from_type && g_str_equal(key, "Type") && g_str_equal(line->section, "Namespace")) {
        slip_at(loader, part->file, number, "[Namespace] Type=: a type cannot lie on top of another type");
        return;
    }
    if (strchr(value, '%') && !(part->from_type && g_str_equal(value, REQUIRED))) {
        g_autofree char *expanded = value_expand(loader, line, value);
        if (!expanded)
            return;
        line->value = keep(loader, expanded);
    }
    g_ptr_array_add(part->lines, line);
}

static void slip_sink(void *user, unsigned line, const char *message)
{
    Loader *loader = user;
    slip_at(loader, loader->source->path, line, "%s", message);
}

static void sources_read(Loader *loader, const GPtrArray *sources)
{
    static const IniSink sink = {section_sink, assign_sink, slip_sink};
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < sources->len; i++) {
        const ConfSource *source = loader->source = sources->pdata[i];
        guint64 size = source->size;
        g_checksum_update(checksum, (const guchar *)source->path, (gssize)strlen(source->path) + 1);
        g_checksum_update(checksum, (const guchar *)&size, sizeof(size));
        g_checksum_update(checksum, (const guchar *)source->text, (gssize)source->size);
        loader->part = NULL;
        ini_read(source->text, source->size, &sink, loader);
    }
    loader->conf->digest = g_strdup(g_checksum_get_string(checksum));
}

/* Merging: lines fill fields. */

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

/* Another section that has this key, if this is what went wrong. */
static const char *section_of(const char *key)
{
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (conf_key_find(section->keys, key))
            return section->name;
    return NULL;
}

static void key_unknown(Loader *loader, const ConfLine *line, const ConfKey *keys, const ConfKey *more)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    add_names(names, keys);
    add_names(names, more);
    g_ptr_array_add(names, NULL);
    const char *nearest = word_nearest(line->key, (const char *const *)names->pdata);
    const char *elsewhere = section_of(line->key);
    g_autofree char *where = cite_key(line);
    GError *error = g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s: unknown key", where);
    g_autofree char *message = error->message;
    if (nearest)
        error->message = g_strdup_printf("%s, did you mean %s=?", message, nearest);
    else if (elsewhere)
        error->message = g_strdup_printf("%s here, it belongs in [%s]", message, elsewhere);
    else
        error->message = g_strdup(message);
    slip_add(error, loader);
}

/* A type's word for "the admin must give it". */
static bool line_requires(const ConfLine *line)
{
    return line->from_type && g_str_equal(line->value, REQUIRED);
}

static void line_apply(Loader *loader, const ConfKey *key, const ConfLine *line, void *object)
{
    GError *error = NULL;
    void *field = conf_key_field(key, object);
    if (!*line->value)
        key->type->clear(key, field);
    else if (!line_requires(line) && !key->type->parse(key, line, field, &error))
        slip_add(error, loader);
}

static void part_apply(Loader *loader, const Part *part, void *object)
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

/* Links, routes and rules look alike here: a label first, the lines at an offset. */
G_STATIC_ASSERT(offsetof(LinkConf, label) == 0 && offsetof(RouteConf, label) == 0 &&
                offsetof(RuleConf, label) == 0);

/* The one of @objects with the part's label, made when it is not there; *ret_new says which. NULL: there are
 * too many. */
static void *object_get(Loader *loader, GPtrArray *objects, const Part *part, size_t size, bool *ret_new)
{
    for (guint i = 0; i < objects->len; i++) {
        *ret_new = false;
        if (g_str_equal(*(char **)objects->pdata[i], part->label))
            return objects->pdata[i];
    }
    if (objects->len == OBJECTS_MAX) {
        slip_at(loader, part->file, part->line, "[%s %s]: too many of them (at most %d)", part->section->name,
                part->label, OBJECTS_MAX);
        return NULL;
    }
    void *object = g_malloc0(size);
    *(char **)object = g_strdup(part->label);
    conf_keys_clear(part->section->keys, object);
    g_ptr_array_add(objects, object);
    *ret_new = true;
    return object;
}

static void lines_append(GPtrArray **lines, const Part *part)
{
    if (!*lines)
        *lines = g_ptr_array_new();
    g_ptr_array_extend(*lines, part->lines, NULL, NULL);
}

/* Kind= decides which keys there are, so a link's lines are only gathered here. */
static void link_gather(Loader *loader, Part *part)
{
    bool new;
    LinkConf *link = object_get(loader, loader->conf->links, part, sizeof(LinkConf), &new);
    if (!link)
        return;
    if (new)
        g_ptr_array_add(loader->link_parts, part);
    lines_append(&link->lines, part);
}

static void route_merge(Loader *loader, const Part *part)
{
    bool new;
    if (!part->lines->len)
        slip_at(loader, part->file, part->line, "[Route %s]: the section is empty", part->label);
    RouteConf *route = object_get(loader, loader->conf->routes, part, sizeof(RouteConf), &new);
    if (!route)
        return;
    lines_append(&route->lines, part);
    part_apply(loader, part, route);
}

static void rule_merge(Loader *loader, const Part *part)
{
    bool new;
    if (!part->lines->len)
        slip_at(loader, part->file, part->line, "[Rule %s]: the section is empty", part->label);
    RuleConf *rule = object_get(loader, loader->conf->rules, part, sizeof(RuleConf), &new);
    if (!rule)
        return;
    lines_append(&rule->lines, part);
    part_apply(loader, part, rule);
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
        slip_add(g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s: is a key of Kind=%s, not of Kind=%s", where,
                             *name, link->kind->name),
                 loader);
        return;
    }
    key_unknown(loader, line, conf_link_keys, link->kind ? link->kind->keys : NULL);
}

static void link_kind_apply(Loader *loader, LinkConf *link, const Part *part)
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
        slip_at(loader, part->file, part->line, "[Link %s]: Kind= is missing", link->label);
    }
}

static void link_apply(Loader *loader, LinkConf *link, const Part *part)
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
        slip_at(loader, part->file, part->line,
                "[Link %s]: needs a Name=, its label cannot be an interface's name", link->label);
}

/* What `[Link]` without a name means: the type's only link, else a link of its own called as its Name= says.
 */
static const char *unnamed_label(Loader *loader, const Part *part)
{
    const char *label = NULL;
    for (guint i = 0; i < loader->parts->len; i++) {
        const Part *other = loader->parts->pdata[i];
        if (!other->from_type || other->section != part->section ||
            (label && g_str_equal(label, other->label)))
            continue;
        if (label) {
            slip_at(loader, part->file, part->line, "[Link]: which one? The type has [Link %s] and [Link %s]",
                    label, other->label);
            return NULL;
        }
        label = other->label;
    }
    for (guint i = 0; !label && i < part->lines->len; i++) {
        const ConfLine *line = part->lines->pdata[i];
        if (g_str_equal(line->key, "Name") && label_clean(line->value) && *line->value)
            label = line->value;
    }
    return label ? label : "eth0";
}

/* The sections without a name get the name that is meant; all of them the same. */
static void labels_resolve(Loader *loader)
{
    const char *label = NULL;
    for (guint i = 0; i < loader->parts->len; i++) {
        Part *part = loader->parts->pdata[i];
        if (part->section->keys != conf_link_keys || *part->label)
            continue;
        if (!label && !(label = unnamed_label(loader, part)))
            return;
        part->label = keep(loader, label);
        for (guint j = 0; j < part->lines->len; j++)
            ((ConfLine *)part->lines->pdata[j])->label = part->label;
    }
}

static void parts_merge(Loader *loader)
{
    Conf *conf = loader->conf;
    for (guint i = 0; i < loader->parts->len; i++) {
        Part *part = loader->parts->pdata[i];
        if (!part->section->labelled)
            part_apply(loader, part, conf);
        else if (part->section->keys == conf_link_keys)
            link_gather(loader, part);
        else if (part->section->keys == conf_route_keys)
            route_merge(loader, part);
        else
            rule_merge(loader, part);
    }
    for (guint i = 0; i < conf->links->len; i++)
        link_apply(loader, conf->links->pdata[i], loader->link_parts->pdata[i]);
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (!section->labelled)
            conf_keys_complete(section->keys, conf);
    if (!conf->dns.servers)
        conf->dns.servers = g_ptr_array_new();
}

static void part_free(gpointer pointer)
{
    Part *part = pointer;
    g_ptr_array_unref(part->lines);
    g_free(part);
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
        slip_add(g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s.netns: [%s%s%s] %s= is missing, %s needs it",
                             conf->name, line->section, *line->label ? " " : "", line->label, line->key,
                             conf_source_short(line->file)),
                 loader);
    }
}

Conf *conf_merge(const char *name, const GPtrArray *sources, ConfMerge how, GPtrArray *slips, GError **error)
{
    g_autoptr(Conf) conf = conf_new(name);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free), link_parts = g_ptr_array_new();
    Loader loader = {.conf = conf, .parts = parts, .link_parts = link_parts, .how = how, .slips = slips};
    sources_read(&loader, sources);
    if (how != CONF_MERGE_REST)
        labels_resolve(&loader);
    parts_merge(&loader);
    if (how == CONF_MERGE_ALL)
        required_check(&loader);
    if (how == CONF_MERGE_ALL && !loader.first)
        conf_check(conf, slip_add, &loader);
    if (!loader.first)
        return g_steal_pointer(&conf);
    g_propagate_error(error, loader.first);
    return NULL;
}
