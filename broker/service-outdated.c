/* service-outdated.c - see service-outdated.h. */
#include "service-outdated.h"

#include "dropin.h"
#include "namespace-unit.h"
#include "record.h"
#include "service-text.h"

#include <string.h>

static bool is_outdated(const char *unit, const Conf *conf, const char *namespace_unit)
{
    g_autofree char *path = dropin_path(DROPIN_SYSTEM, unit), *there = NULL;
    g_autofree char *text = service_text(unit, conf, namespace_unit, NULL, NULL);

    return text && g_file_get_contents(path, &there, NULL, NULL) && !g_str_equal(there, text);
}

json_t *service_outdated(const Conf *conf, const json_t *units)
{
    g_autofree char *namespace_unit = namespace_unit_of(conf->name);
    json_t *outdated = NULL;
    size_t i;
    const json_t *unit;

    json_array_foreach((json_t *)units, i, unit)
    {
        if (!is_outdated(json_string_value(unit), conf, namespace_unit))
            continue;
        if (!outdated)
            outdated = json_array();
        json_array_append(outdated, (json_t *)unit);
    }
    return outdated;
}

void service_outdated_note(const Conf *conf, const json_t *attached, GPtrArray *notes)
{
    const json_t *units = json_object_get(attached, conf->name), *unit;
    json_t *outdated = units ? service_outdated(conf, units) : NULL;
    size_t i;

    json_array_foreach(outdated, i, unit)
    {
        const char *word = json_string_value(unit);
        g_ptr_array_add(notes,
                        g_strdup_printf("%s is attached as the namespace was before: netnsctl attach %s "
                                        "%s",
                                        word, conf->name, word));
    }
    json_decref(outdated);
}

/* netns-TYPE@NAME needs no file. */
static bool needs_file(const char *unit, const char *name)
{
    g_autofree char *path = dropin_path(DROPIN_SYSTEM, unit), *text = NULL;
    g_autofree char *plain = g_strdup_printf("=netns@%s.service", name);

    return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, plain);
}

/* One that is up is told of as such. */
static bool is_unknown(const char *name)
{
    g_autoptr(GError) error = NULL, unreadable = NULL;
    g_autoptr(Record) record = record_load(name, &unreadable);
    g_autoptr(Conf) conf = record || unreadable ? NULL : conf_load(name, NULL, CONF_STRICT, NULL, &error);

    return g_error_matches(error, CONF_ERROR, CONF_ERROR_NOT_FOUND);
}

void service_orphaned_note(GPtrArray *notes)
{
    json_t *attached = dropin_attached(DROPIN_SYSTEM), *units, *unit;
    const char *name;
    size_t i;

    json_object_foreach(attached, name, units)
    {
        if (!is_unknown(name))
            continue;
        json_array_foreach(units, i, unit)
        {
            const char *word = json_string_value(unit);
            if (needs_file(word, name))
                g_ptr_array_add(notes, g_strdup_printf("%s: attached to %s, of which there is no file: it "
                                                       "cannot start; netnsctl detach %s",
                                                       word, name, word));
        }
    }
    json_decref(attached);
}
