/* conf-read.c - the sources of a configuration as sections and lines, with %n replaced.
 *
 * What is wrong is noted and the rest is still read, so that all slips come out at once. */
#include "conf-read.h"

#include "conf-source.h"
#include "conf-words.h"
#include "ini.h"

#include <string.h>

#define LABEL_MAX 32

typedef struct Reader {
    Conf *conf;
    GPtrArray *parts;         /* ConfPart* */
    const ConfSource *source; /* being read */
    ConfPart *part;           /* being read; NULL: its header was a slip */
    const char *foreign;      /* a section of other programs, of the Conf's strings; NULL: it is none */
    ConfSlips *slips;
} Reader;

void conf_slip(ConfSlips *slips, GError *error)
{
    if (slips->messages)
        g_ptr_array_add(slips->messages, g_strdup(error->message));
    if (slips->first)
        g_error_free(error);
    else
        slips->first = error;
}

void conf_slip_at(ConfSlips *slips, const char *file, unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    conf_slip(slips,
              g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s:%u: %s", conf_source_short(file), line, what));
}

static const char *keep(Reader *reader, const char *text)
{
    return g_string_chunk_insert_const(reader->conf->strings, text);
}

static void section_unknown(Reader *reader, unsigned line, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const ConfSection *section = conf_sections; section->name; section++)
        g_ptr_array_add(names, (gpointer)section->name);
    g_ptr_array_add(names, NULL);
    const char *nearest = word_nearest(name, (const char *const *)names->pdata);
    if (conf_word_section(name)) {
        conf_slip_at(reader->slips, reader->source->path, line, "[%s]: unknown section, here it is %s", name,
                     conf_word_section(name));
        reader->foreign = keep(reader, name);
        return;
    }
    conf_slip_at(reader->slips, reader->source->path, line, "[%s]: unknown section%s%s%s", name,
                 nearest ? ", did you mean [" : "", nearest ? nearest : "", nearest ? "]?" : "");
}

static bool label_clean(const char *label)
{
    for (const char *c = label; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '_' && *c != '.' && *c != '-')
            return false;
    return strlen(label) <= LABEL_MAX;
}

/* May it stand without a name? It gets one by conf_parts_name(). */
static bool may_be_unnamed(const Reader *reader, const ConfSection *section)
{
    return section->keys == conf_port_keys || (section->keys == conf_link_keys && !reader->source->from_type);
}

/* NULL, or what is wrong with @label for a section of this kind. */
static const char *label_why(const Reader *reader, const ConfSection *section, const char *label)
{
    if (!section->labelled)
        return *label ? "there is only one such section, it takes no name" : NULL;
    if (!*label && !may_be_unnamed(reader, section))
        return "the section needs a name of your choice, as in [Link wan] or [Route office]";
    return label_clean(label) ? NULL
                              : "a section's name has only letters, digits, '_', '.' and '-', at most 32";
}

static void section_sink(void *user, unsigned line, const char *name, const char *label)
{
    Reader *reader = user;
    const ConfSection *section = conf_section_find(name);
    reader->part = NULL;
    reader->foreign = NULL;
    if (!section) {
        section_unknown(reader, line, name);
        return;
    }
    const char *why = label_why(reader, section, label);
    if (why) {
        conf_slip_at(reader->slips, reader->source->path, line, "[%s%s%s]: %s", name, *label ? " " : "",
                     label, why);
        return;
    }
    ConfPart *part = g_new0(ConfPart, 1);
    *part = (ConfPart){section, keep(reader, reader->source->path), keep(reader, label),
                       line,    reader->source->from_type,          g_ptr_array_new()};
    g_ptr_array_add(reader->parts, part);
    reader->part = part;
}

/* %n and %%. NULL: there was another one, and it is a slip. */
static char *value_expand(Reader *reader, ConfLine *line, const char *value)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const char *c = value; *c; c++) {
        if (*c != '%') {
            g_string_append_c(text, *c);
            continue;
        }
        c++;
        if (*c == 'n') {
            g_string_append(text, reader->conf->name);
            line->expanded = true;
        } else if (*c == '%') {
            g_string_append_c(text, '%');
        } else {
            GError *error = NULL;
            conf_fail(line, &error,
                      "only %%n (the namespace's name) and %%%% (a percent sign) can stand here");
            conf_slip(reader->slips, error);
            return NULL;
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A key in a section that others have: where it goes. The keys of networkd's [Network] are in several. */
static void foreign_key(Reader *reader, unsigned line, const char *key)
{
    const char *ours = conf_word_key(key), *section = NULL;
    if (!ours && g_str_equal(reader->foreign, "Network"))
        section = conf_section_of(key);
    if (ours)
        conf_slip_at(reader->slips, reader->source->path, line, "[%s] %s=: here it is %s", reader->foreign,
                     key, ours);
    else if (section)
        conf_slip_at(reader->slips, reader->source->path, line, "[%s] %s=: it belongs in [%s]",
                     reader->foreign, key, section);
}

static void assign_sink(void *user, unsigned number, const char *key, const char *value)
{
    Reader *reader = user;
    ConfPart *part = reader->part;
    if (!part && reader->foreign)
        foreign_key(reader, number, key);
    if (!part)
        return;
    ConfLine *line = g_new0(ConfLine, 1);
    *line = (ConfLine){.file = part->file,
                       .line = number,
                       .section = part->section->name,
                       .label = part->label,
                       .key = keep(reader, key),
                       .value = keep(reader, value),
                       .from_type = part->from_type};
    g_ptr_array_add(reader->conf->lines, line);
    if (part->from_type && g_str_equal(key, "Type") && g_str_equal(line->section, "Namespace")) {
        conf_slip_at(reader->slips, part->file, number,
                     "[Namespace] Type=: a type cannot lie on top of another type");
        return;
    }
    if (strchr(value, '%') && !(part->from_type && g_str_equal(value, CONF_REQUIRED))) {
        g_autofree char *expanded = value_expand(reader, line, value);
        if (!expanded)
            return;
        line->value = keep(reader, expanded);
    }
    g_ptr_array_add(part->lines, line);
}

static void slip_sink(void *user, unsigned line, const char *message)
{
    Reader *reader = user;
    conf_slip_at(reader->slips, reader->source->path, line, "%s", message);
}

static void part_free(gpointer pointer)
{
    ConfPart *part = pointer;
    g_ptr_array_unref(part->lines);
    g_free(part);
}

GPtrArray *conf_read(Conf *conf, const GPtrArray *sources, ConfSlips *slips)
{
    static const IniSink sink = {section_sink, assign_sink, slip_sink};
    Reader reader = {.conf = conf, .parts = g_ptr_array_new_with_free_func(part_free), .slips = slips};
    for (guint i = 0; i < sources->len; i++) {
        const ConfSource *source = reader.source = sources->pdata[i];
        reader.part = NULL;
        reader.foreign = NULL;
        ini_read(source->text, source->size, &sink, &reader);
    }
    return reader.parts;
}

/* What `[Link]` without a name means: the type's only link, else a link of its own called as its Name= says.
 */
static const char *unnamed_label(const GPtrArray *parts, const ConfPart *part, ConfSlips *slips)
{
    const char *label = NULL;
    for (guint i = 0; i < parts->len; i++) {
        const ConfPart *other = parts->pdata[i];
        if (!other->from_type || other->section != part->section ||
            (label && g_str_equal(label, other->label)))
            continue;
        if (label) {
            conf_slip_at(slips, part->file, part->line,
                         "[Link]: which one? The type has [Link %s] and [Link %s]", label, other->label);
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

static const char *last_value(const ConfPart *part, const char *key)
{
    const char *value = "";

    for (guint i = 0; i < part->lines->len; i++) {
        const ConfLine *line = part->lines->pdata[i];
        if (g_str_equal(line->key, key))
            value = line->value;
    }
    return value;
}

/* What `[Port]` without a name is called: as its Listen= says, with what is not for names made a dash. */
static char *port_label(const ConfPart *part)
{
    const char *protocol = last_value(part, "Protocol");
    g_autofree char *label = g_strconcat(last_value(part, "Listen"), *protocol ? "-" : "", protocol, NULL);

    for (char *c = label; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '.')
            *c = '-';
    return g_strdup(strlen(label) > LABEL_MAX ? label + strlen(label) - LABEL_MAX : label);
}

static void part_name(Conf *conf, ConfPart *part, const char *label)
{
    part->label = g_string_chunk_insert_const(conf->strings, label);
    for (guint i = 0; i < part->lines->len; i++)
        ((ConfLine *)part->lines->pdata[i])->label = part->label;
}

/* Another one of the same name in the same file would be merged with it. */
static bool is_twice(const GPtrArray *parts, const ConfPart *part, const char *label)
{
    for (guint i = 0; i < parts->len; i++) {
        const ConfPart *other = parts->pdata[i];
        if (other != part && other->section == part->section && g_str_equal(other->file, part->file) &&
            g_str_equal(other->label, label))
            return true;
    }
    return false;
}

static void port_name(Conf *conf, const GPtrArray *parts, ConfPart *part, ConfSlips *slips)
{
    g_autofree char *label = port_label(part);

    if (!*label)
        conf_slip_at(slips, part->file, part->line, "[Port]: Listen= is missing");
    else if (is_twice(parts, part, label))
        conf_slip_at(slips, part->file, part->line,
                     "[Port]: there is another one for the same Listen=; give each a name, as in [Port web]");
    part_name(conf, part, *label ? label : "-");
}

/* The sections without a name get the name that is meant; all [Link] the same. */
void conf_parts_name(Conf *conf, GPtrArray *parts, ConfSlips *slips)
{
    const char *label = NULL;
    for (guint i = 0; i < parts->len; i++) {
        ConfPart *part = parts->pdata[i];
        if (*part->label)
            continue;
        if (part->section->keys == conf_port_keys)
            port_name(conf, parts, part, slips);
        else if (part->section->keys == conf_link_keys &&
                 (label || (label = unnamed_label(parts, part, slips))))
            part_name(conf, part, label);
    }
}
