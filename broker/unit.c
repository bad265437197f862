/* unit.c - see unit.h. */
#include "unit.h"

#include "booted.h"
#include "namespace-unit.h"
#include "properties.h"
#include "spawn.h"
#include "systemctl.h"

#define CGROUP "/proc/self/cgroup"

/* One that is being stopped, as by a job for another one, keeps nothing up. */
static bool keeps(const char *shown)
{
    static const char *const ended[] = {"inactive", "failed", "deactivating", "", NULL};
    g_autofree char *state = properties_value(shown, "ActiveState");

    return !g_strv_contains(ended, state);
}

char *unit_keeper(const char *name, bool *ret_active)
{
    g_auto(GStrv) patterns = namespace_unit_patterns(name),
                  units = properties_show(false, "Id,ActiveState", patterns);
    char **unit = units;

    while (unit && *unit && !keeps(*unit))
        unit++;
    if (ret_active)
        *ret_active = unit && *unit;
    return unit && *unit ? properties_value(*unit, "Id") : namespace_unit_of(name);
}

bool unit_start(const char *name, GError **error)
{
    g_autofree char *unit = unit_keeper(name, NULL);

    if (systemctl("start", unit, error))
        return true;
    g_prefix_error(error, "%s did not start: ", unit);
    return false;
}

/* Do we run in the control group of NAME's unit, netns@ or one of a type? systemd then knows. */
static bool is_within(const char *name)
{
    g_autofree char *groups = NULL, *end = g_strdup_printf("@%s.service", name);

    if (!g_file_get_contents(CGROUP, &groups, NULL, NULL))
        return false;
    g_auto(GStrv) parts = g_strsplit_set(groups, "/\n", -1);
    for (char **part = parts; *part; part++)
        if (g_str_has_suffix(*part, end) &&
            (g_str_has_prefix(*part, "netns@") || g_str_has_prefix(*part, "netns-")))
            return true;
    return false;
}

void unit_release(const char *name)
{
    g_auto(GStrv) patterns = namespace_unit_patterns(name);
    g_autoptr(GPtrArray) argv = systemctl_command("--no-block --job-mode=fail stop", patterns, false);

    if (booted_with_systemctl() && !is_within(name))
        g_free(spawn_ask((char *const *)argv->pdata, -1));
}

/* Is a job of the unit's to stop, or to stop and start, on its way? */
static bool is_stopping(char *const *patterns)
{
    g_autoptr(GPtrArray) argv = systemctl_command("--no-legend list-jobs", patterns, false);
    g_autofree char *jobs = spawn_ask((char *const *)argv->pdata, -1);

    return jobs && (strstr(jobs, " stop ") || strstr(jobs, " restart "));
}

void unit_wait_released(const char *name)
{
    g_auto(GStrv) patterns = namespace_unit_patterns(name);
    gint64 end = g_get_monotonic_time() + 3 * G_USEC_PER_SEC;

    if (!booted_with_systemctl() || is_within(name))
        return;
    while (g_get_monotonic_time() < end && is_stopping(patterns))
        g_usleep(20000);
}
