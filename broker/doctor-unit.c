/* doctor-unit.c - see doctor-unit.h. */
#include "doctor-unit.h"

#include "properties.h"

static char *run_of(const char *unit, const char *active, const char *file, bool masked)
{
    const char *verb = "start";

    if (!masked && g_str_equal(file, "disabled"))
        verb = "enable --now";
    else if (!masked && g_str_equal(active, "active"))
        verb = "restart";
    return g_strdup_printf("systemctl %s %s", verb, unit);
}

UnitCare unit_care(const char *unit)
{
    char *const names[] = {(char *)unit, NULL};
    g_auto(GStrv) shown = properties_show(false, "LoadState,ActiveState,UnitFileState", names);
    const char *lines = shown && *shown ? *shown : "";
    g_autofree char *load = properties_value(lines, "LoadState"),
                    *active = properties_value(lines, "ActiveState"),
                    *file = properties_value(lines, "UnitFileState");
    UnitCare care = {.known = *load && !g_str_equal(load, "not-found"),
                     .masked = g_str_equal(load, "masked"),
                     .running = g_str_equal(active, "active"),
                     .failed = g_str_equal(active, "failed")};

    care.unmask = care.masked ? g_strdup_printf("systemctl unmask %s\n", unit) : g_strdup("");
    care.run = care.known ? run_of(unit, active, file, care.masked) : g_strdup("");
    return care;
}

void unit_care_clear(UnitCare *care)
{
    g_free(care->unmask);
    g_free(care->run);
}
