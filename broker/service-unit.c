/* service-unit.c - see service-unit.h. */
#include "service-unit.h"

#include "properties.h"
#include "systemctl.h"

#include <string.h>

#define NAME_MAX_LENGTH 255 /* systemd.unit(5) */

/* A template has no properties, any instance has those of all. */
#define INSTANCE "netns-broker"

static const char *const suffixes[] = {".service", ".socket", ".target", ".device", ".mount", ".automount",
                                       ".swap",    ".timer",  ".path",   ".slice",  ".scope"};

void service_unit_free(ServiceUnit *unit)
{
    if (!unit)
        return;
    g_free(unit->properties);
    g_free(unit->name);
    g_free(unit);
}

static bool has_known_suffix(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(word, suffixes[i]))
            return true;
    return false;
}

/* It becomes a part of paths and of units' text. */
static bool is_name(const char *word)
{
    static const char set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.\\@-";

    return strspn(word, set) == strlen(word) && strlen(word) <= NAME_MAX_LENGTH && *word &&
           !strchr(".@-", *word);
}

ServiceUnit *service_unit_named(const char *word, bool user, GError **error)
{
    g_autofree char *name = g_strconcat(word, has_known_suffix(word) ? NULL : ".service", NULL);
    bool is_socket = g_str_has_suffix(name, ".socket");
    ServiceUnit *unit;

    if (!is_name(name)) {
        g_autofree char *shown = g_strescape(word, NULL);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "\"%s\" cannot be the name of a unit", shown);
        return NULL;
    }
    if (!is_socket && !g_str_has_suffix(name, ".service")) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s has no programs of its own: only a service or a socket can be attached", name);
        return NULL;
    }
    unit = g_new0(ServiceUnit, 1);
    unit->name = g_steal_pointer(&name);
    unit->is_socket = is_socket;
    unit->is_template = strstr(unit->name, "@.") != NULL;
    unit->is_user = user;
    return unit;
}

/* "web@.service" with @instance put in: "web@a.service". */
static char *instance_of(const ServiceUnit *unit, const char *instance)
{
    const char *at = unit->is_template ? strstr(unit->name, "@.") : NULL;

    return at ? g_strdup_printf("%.*s@%s%s", (int)(at - unit->name), unit->name, instance, at + 1)
              : g_strdup(unit->name);
}

char *service_unit_instance(const ServiceUnit *unit)
{
    return instance_of(unit, INSTANCE);
}

static bool is_usable(const ServiceUnit *unit, GError **error)
{
    if (service_unit_is(unit, "LoadState", "loaded"))
        return true;
    if (service_unit_is(unit, "LoadState", "not-found"))
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "systemd knows no unit %s", unit->name);
    else if (service_unit_is(unit, "LoadState", "masked"))
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s is masked", unit->name);
    else
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "systemd cannot load %s: see systemctl status %s", unit->name, unit->name);
    return false;
}

bool service_unit_load(ServiceUnit *unit, GError **error)
{
    static const char *const closed[] = {SERVICE_UNIT_CLOSED, NULL};
    g_autofree char *asked = service_unit_instance(unit), *more = g_strjoinv(",", (char **)closed);
    g_autofree char *words = g_strconcat("show --property=LoadState,Id,FragmentPath,DropInPaths,Before,"
                                         "JoinsNamespaceOf,TriggeredBy,Triggers,PrivateNetwork,",
                                         more, NULL);
    char *const units[] = {asked, NULL};

    g_clear_pointer(&unit->properties, g_free);
    if (!systemctl_read(words, units, unit->is_user, &unit->properties, error) || !is_usable(unit, error))
        return false;
    if (!unit->is_template) {
        g_free(unit->name);
        unit->name = service_unit_property(unit, "Id");
    }
    return true;
}

char *service_unit_property(const ServiceUnit *unit, const char *property)
{
    return properties_value(unit->properties, property);
}

bool service_unit_is(const ServiceUnit *unit, const char *property, const char *value)
{
    g_autofree char *is = service_unit_property(unit, property);

    return g_str_equal(is, value);
}

char **service_unit_words(const ServiceUnit *unit, const char *property)
{
    g_autofree char *value = service_unit_property(unit, property);

    return g_strsplit(value, " ", -1);
}

bool service_unit_active(const ServiceUnit *unit)
{
    g_autofree char *pattern = instance_of(unit, "*");
    char *const units[] = {pattern, NULL};

    return systemctl_units("--quiet is-active", units, unit->is_user, NULL);
}

bool service_units_tell(const char *word, const GPtrArray *units, bool user, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; units && i < units->len; i++)
        g_ptr_array_add(names, instance_of(units->pdata[i], "*"));
    g_ptr_array_add(names, NULL);
    return systemctl_units(word, (char *const *)names->pdata, user, error);
}
