/* page-services.c - see page-services.h. */
#include "page-services.h"

#include "printable.h"

#include <string.h>

static bool has_word(const json_t *words, const char *wanted)
{
    size_t i;
    const json_t *word;

    json_array_foreach((json_t *)words, i, word)
    {
        if (g_strcmp0(json_string_value(word), wanted) == 0)
            return true;
    }
    return false;
}

/* @name itself, or an instance of it. */
static bool is_outside(const json_t *entry, const char *name)
{
    g_autofree char *front =
        g_str_has_suffix(name, "@.service") ? g_strndup(name, strlen(name) - strlen(".service")) : NULL;
    size_t i;
    const json_t *unit;

    json_array_foreach(json_object_get(entry, "outside"), i, unit)
    {
        const char *id = json_string_value(unit);
        if (g_strcmp0(id, name) == 0 || (front && id && g_str_has_prefix(id, front)))
            return true;
    }
    return false;
}

static void unit_append(GString *text, const char *unit, bool brief, const char *mark)
{
    g_autofree char *clean = printable(unit);

    if (brief && g_str_has_suffix(clean, ".service"))
        clean[strlen(clean) - strlen(".service")] = '\0';
    g_string_append_printf(text, "%s%s%s", text->len ? " " : "", clean, mark);
}

char *services_join(const json_t *entry, bool brief)
{
    const json_t *outdated = json_object_get(entry, "outdated"), *unit;
    GString *text = g_string_new(NULL);
    size_t i;

    json_array_foreach(json_object_get(entry, "services"), i, unit)
    {
        const char *name = json_string_value(unit);
        unit_append(text, name, brief,
                    is_outside(entry, name)    ? " (outside)"
                    : has_word(outdated, name) ? " (outdated)"
                                               : "");
    }
    json_array_foreach(json_object_get(entry, "user_services"), i, unit)
    {
        const char *name = json_string_value(unit);
        unit_append(text, name, brief, is_outside(entry, name) ? " (user, outside)" : " (user)");
    }
    return g_string_free(text, FALSE);
}

char *services_restart(const json_t *entry, const char *unit)
{
    bool system = has_word(json_object_get(entry, "services"), unit);
    const char *at = strchr(unit, '@');
    g_autofree char *template = at ? g_strdup_printf("%.*s@.service", (int)(at - unit), unit) : NULL;

    system = system || (template && has_word(json_object_get(entry, "services"), template));
    return g_strdup_printf("systemctl %srestart %s", system ? "" : "--user ", unit);
}

GPtrArray *services_advice(const json_t *entry)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *name = printable(json_string_value(json_object_get(entry, "name")));
    size_t i;
    const json_t *unit;

    json_array_foreach(json_object_get(entry, "outdated"), i, unit)
    {
        g_autofree char *clean = printable(json_string_value(unit));
        g_ptr_array_add(lines,
                        g_strdup_printf("%s is attached as the namespace was before: netnsctl attach %s %s",
                                        clean, name, clean));
    }
    json_array_foreach(json_object_get(entry, "outside"), i, unit)
    {
        g_autofree char *clean = printable(json_string_value(unit));
        g_autofree char *advice = services_restart(entry, clean);
        g_ptr_array_add(lines, g_strdup_printf("%s runs in another network: %s", clean, advice));
    }
    return lines;
}
