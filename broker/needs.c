/* needs.c - see needs.h. */
#include "needs.h"

#include "link.h"

#include <string.h>

static bool has(const GPtrArray *names, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

char **needs_of(const Conf *conf)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < conf->links->len; i++) {
        const char *name = link_outer_namespace(conf->links->pdata[i], NULL);
        if (name && !g_str_equal(name, conf->name) && !has(names, name))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* Extends @way, names of which each needs the next, until @goal is reached. @seen: those that do not lead
 * there. One whose file has a slip, or none, needs nobody: it will not start. */
static bool leads_to(const char *name, const char *goal, GPtrArray *way, GPtrArray *seen)
{
    g_autoptr(Conf) conf = has(seen, name) ? NULL : conf_load(name, NULL, CONF_STRICT, NULL, NULL);
    g_auto(GStrv) needs = conf ? needs_of(conf) : NULL;

    g_ptr_array_add(seen, g_strdup(name));
    g_ptr_array_add(way, g_strdup(name));
    for (char **need = needs; need && *need; need++)
        if (g_str_equal(*need, goal) || leads_to(*need, goal, way, seen))
            return true;
    g_ptr_array_remove_index(way, way->len - 1);
    return false;
}

static char *cite_need(const Conf *conf, const char *name)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        const char *key, *outer = link_outer_namespace(link, &key);
        if (g_strcmp0(outer, name) == 0)
            return conf_cite(link->lines, key);
    }
    return g_strdup(conf->name);
}

static char *told(const Conf *conf, const GPtrArray *way)
{
    g_autofree char *cite = cite_need(conf, way->pdata[0]);
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s: %s", cite, conf->name);
    for (guint i = 0; i < way->len; i++)
        g_string_append_printf(text, " needs %s, %s", (char *)way->pdata[i], (char *)way->pdata[i]);
    g_string_append_printf(text, " needs %s: none of them can be the first", conf->name);
    return g_string_free(text, FALSE);
}

char *needs_circle(const Conf *conf)
{
    g_auto(GStrv) needs = needs_of(conf);
    g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);

    for (char **need = needs; *need; need++) {
        g_autoptr(GPtrArray) way = g_ptr_array_new_with_free_func(g_free);
        if (leads_to(*need, conf->name, way, seen))
            return told(conf, way);
    }
    return NULL;
}

char *needs_second_way(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        const char *peer = link->kind->born_outside && link->kind->peer ? link->kind->peer(link) : NULL;
        g_autoptr(Conf) other = peer ? conf_load(peer, NULL, CONF_STRICT, NULL, NULL) : NULL;
        g_autofree char *cite =
            other && other->ns.kill_switch ? conf_cite(link->lines, link->kind->outer_key) : NULL;
        if (cite)
            return g_strdup_printf("%s: would be a second way out of %s, whose file has KillSwitch=%s", cite,
                                   peer, other->ns.kill_switch);
    }
    return NULL;
}
