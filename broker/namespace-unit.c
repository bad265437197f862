/* namespace-unit.c - see namespace-unit.h. */
#include "namespace-unit.h"

#include "dropin.h"
#include "record.h"

#include <string.h>

/* In DROPIN_SYSTEM/multi-user.target.wants and the like: "netns-nat@lab.service". */
static char *wanted_in(const char *directory, const char *suffix)
{
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);

    for (const char *entry; entries && (entry = g_dir_read_name(entries));)
        if ((g_str_has_prefix(entry, "netns@") || g_str_has_prefix(entry, "netns-")) &&
            g_str_has_suffix(entry, suffix))
            return g_strdup(entry);
    return NULL;
}

/* NULL: none. */
static char *enabled_unit(const char *name)
{
    g_autofree char *suffix = g_strdup_printf("@%s.service", name), *found = NULL;
    g_autoptr(GDir) directory = g_dir_open(DROPIN_SYSTEM, 0, NULL);

    for (const char *entry; !found && directory && (entry = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(DROPIN_SYSTEM, entry, NULL);
        if (g_str_has_suffix(entry, ".wants") || g_str_has_suffix(entry, ".requires"))
            found = wanted_in(path, suffix);
    }
    return g_steal_pointer(&found);
}

char *namespace_type_asked(const char *name)
{
    g_autoptr(Record) record = record_load(name, NULL);

    return record && record->asked ? g_strdup(record->type) : NULL;
}

char *namespace_unit_of(const char *name)
{
    char *unit = enabled_unit(name);
    g_autofree char *type = unit ? NULL : namespace_type_asked(name);

    if (unit)
        return unit;
    return type ? g_strdup_printf("netns-%s@%s.service", type, name)
                : g_strdup_printf("netns@%s.service", name);
}

/* A valid name holds nothing that a pattern would take for more than itself. Without "[@]" the first were no
 * pattern, and systemctl would complain of a unit that is not loaded. */
char **namespace_unit_patterns(const char *name)
{
    char **patterns = g_new0(char *, 3);

    patterns[0] = g_strdup_printf("netns[@]%s.service", name);
    patterns[1] = g_strdup_printf("netns-*@%s.service", name);
    return patterns;
}

/* "nat" of "netns-nat@lab.service"; NULL: what the file says. */
static char *type_of(const char *unit)
{
    const char *front = "netns-";

    return g_str_has_prefix(unit, front) ? g_strndup(unit + strlen(front), strcspn(unit, "@") - strlen(front))
                                         : NULL;
}

Conf *namespace_unit_conf(const char *name, const char *unit, GError **error)
{
    g_autoptr(GError) slip = NULL;
    g_autofree char *type = type_of(unit);
    Conf *conf = conf_load(name, type, CONF_STRICT, NULL, &slip);

    if (g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        g_set_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND,
                    "there is no file of a namespace %s, and no netns-TYPE@%s is enabled or up", name, name);
    else if (!conf)
        g_propagate_error(error, g_steal_pointer(&slip));
    return conf;
}
