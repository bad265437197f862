/* conf-show.c - a Conf as text again: what came out of the type, the file and the drop-ins.
 *
 * Made from the lines, not from the fields: so the words are the admin's own, and each has its source. */
#include "conf-check.h"
#include "conf-keys.h"
#include "link.h"

#include <string.h>

static const LinkConf *link_of(const Conf *conf, const ConfLine *line)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (g_str_equal(line->section, "Link") && g_str_equal(link->label, line->label))
            return link;
    }
    return NULL;
}

static const ConfKey *key_of(const Conf *conf, const ConfLine *line)
{
    const LinkConf *link = link_of(conf, line);
    const ConfSection *section = conf_section_find(line->section);
    const ConfKey *key = section ? conf_key_find(section->keys, line->key) : NULL;
    return !key && link && link->kind ? conf_key_find(link->kind->keys, line->key) : key;
}

static bool same_section(const ConfLine *a, const ConfLine *b)
{
    return g_str_equal(a->section, b->section) && g_str_equal(a->label, b->label);
}

/* MTU= and MTUBytes= are two names of one key. */
static bool same_key(const ConfKey *a, const ConfKey *b)
{
    return a == b || (a && b && a->type == b->type && a->offset == b->offset && a->offset);
}

static bool is_dhcp(const char *key)
{
    return g_str_equal(key, "DHCP") || g_strv_contains(check_dhcp_keys, key);
}

/* Subnet=, Pool= and what is about DHCP of the type, where an Address= of the admin's made them void. */
static bool is_void(const Conf *conf, const ConfLine *line)
{
    const LinkConf *link = link_of(conf, line);
    if (link && line->from_type && is_dhcp(line->key))
        return !link->dhcp;
    return link && line->from_type && link->subnet_auto != TRISTATE_YES &&
           (g_str_equal(line->key, "Subnet") || g_str_equal(line->key, "Pool"));
}

/* Neither replaced nor reset by a later line. Type= is not part of the result: its lines are. */
static bool is_effective(const Conf *conf, guint index)
{
    const ConfLine *line = conf->lines->pdata[index];
    const ConfKey *key = key_of(conf, line);
    if (!key || !*line->value || is_void(conf, line))
        return false;
    if (g_str_equal(line->section, "Namespace") && g_str_equal(line->key, "Type"))
        return false;
    for (guint i = index + 1; i < conf->lines->len; i++) {
        const ConfLine *later = conf->lines->pdata[i];
        if (same_section(line, later) && same_key(key, key_of(conf, later)) &&
            (!key->type->list || !*later->value))
            return false;
    }
    return true;
}

static void put_line(GString *text, const Conf *conf, const ConfLine *line)
{
    const LinkConf *link = link_of(conf, line);
    const char *value = line->value;
    if (link && link->altname && g_str_equal(line->key, "Name"))
        value = link->name.text;
    else if (link && link->host_altname && g_str_equal(line->key, "HostName"))
        value = link->host_name.text;
    if (value != line->value)
        g_string_append_printf(text, "# short for %s\n", line->value);
    g_string_append_printf(text, "%s=", line->key);
    for (; *value; value++)
        if (*value == '%')
            g_string_append(text, "%%");
        else
            g_string_append_c(text, *value);
    g_string_append_c(text, '\n');
}

/* All lines of the section of line number @first, with a comment wherever the source is another than before.
 */
static void put_section(GString *text, const Conf *conf, guint first, const bool *effective)
{
    const ConfLine *head = conf->lines->pdata[first];
    const char *source = NULL;
    g_string_append_printf(text, "\n[%s%s%s]\n", head->section, *head->label ? " " : "", head->label);
    for (guint i = first; i < conf->lines->len; i++) {
        const ConfLine *line = conf->lines->pdata[i];
        if (!effective[i] || !same_section(head, line))
            continue;
        if (!source || !g_str_equal(source, line->file))
            g_string_append_printf(text, "# %s\n", line->file);
        source = line->file;
        put_line(text, conf, line);
    }
}

static bool is_first(const Conf *conf, guint index, const bool *effective)
{
    for (guint i = 0; i < index; i++)
        if (effective[i] && same_section(conf->lines->pdata[i], conf->lines->pdata[index]))
            return false;
    return true;
}

char *conf_show(const Conf *conf)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree bool *effective = g_new0(bool, conf->lines->len);
    for (guint i = 0; i < conf->lines->len; i++)
        effective[i] = is_effective(conf, i);
    g_string_append_printf(text, "# %s, of Type=%s\n", conf->name, conf->type ? conf->type : "basic");
    for (guint i = 0; i < conf->lines->len; i++)
        if (effective[i] && is_first(conf, i, effective))
            put_section(text, conf, i, effective);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
