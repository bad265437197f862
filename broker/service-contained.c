/* service-contained.c - see service-contained.h. */
#include "service-contained.h"

#include "paths.h"
#include "systemctl.h"

#include <string.h>

#define KEYS "ExecCondition,ExecStartPre,ExecStart,ExecStartPost,ExecReload,ExecStop,ExecStopPost"
#define FRONT "={ path="

/* "ExecStart={ path=/usr/bin/chnetns ; argv[]=… }", a line for each command: systemctl(1). NULL: it is none.
 * Owned by the caller. */
static char *path_of(const char *line)
{
    const char *at = g_str_has_prefix(line, "Exec") ? strstr(line, FRONT) : NULL;
    const char *end = at ? strstr(at, " ; argv[]=") : NULL;

    if (!at)
        return NULL;
    at += strlen(FRONT);
    return end ? g_strndup(at, (gsize)(end - at)) : g_strdup(at);
}

static bool is_contained(const ServiceUnit *unit, const char *shown, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);
    unsigned count = 0;

    for (char **line = lines; *line; line++) {
        g_autofree char *path = path_of(*line);
        if (path && !g_str_equal(path, CHNETNS_PATH)) {
            g_set_error(
                error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "%s: not attached, as systemd reads its files otherwise than we do, and would start %s "
                "outside",
                unit->name, path);
            return false;
        }
        count += path != NULL;
    }
    if (count == 0)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: not attached, as systemd finds no command in its files", unit->name);
    return count > 0;
}

bool service_contained(const ServiceUnit *unit, GError **error)
{
    g_autofree char *asked = service_unit_instance(unit), *shown = NULL;
    char *const units[] = {asked, NULL};

    return systemctl_read("show --property=" KEYS, units, true, &shown, error) &&
           is_contained(unit, shown, error);
}
