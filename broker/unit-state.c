/* unit-state.c - see unit-state.h. */
#include "unit-state.h"

#include "namespace-unit.h"
#include "paths.h"
#include "printable.h"
#include "properties.h"
#include "say.h"
#include "spawn.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* What the journal has taken in but not written. Only root can have that done. */
static void journal_sync(void)
{
    char *const argv[] = {(char *)JOURNALCTL_PATH, (char *)"--sync", NULL};

    if (geteuid() == 0)
        g_free(spawn_ask(argv, -1));
}

char *unit_state_words(const char *name, const char *unit, const char *since)
{
    g_autofree char *match = g_strconcat("_SYSTEMD_UNIT=", unit, NULL),
                    *from = g_strconcat("--since=", since, NULL), *said = NULL;
    char *const argv[] = {(char *)JOURNALCTL_PATH,
                          (char *)"--quiet",
                          (char *)"--no-pager",
                          (char *)"--output=cat",
                          (char *)"--priority=3",
                          (char *)"--lines=1",
                          from,
                          match,
                          NULL};
    const char *why = "";

    if (*since && access(JOURNALCTL_PATH, X_OK) == 0) {
        journal_sync();
        said = spawn_ask(argv, -1);
    }
    if (said)
        why = say_without(name, g_strstrip(said));
    if (g_str_has_prefix(why, "not up: "))
        why = say_without(name, why + strlen("not up: "));
    return *why ? printable(why) : NULL;
}

/* Result= as systemd.exec(5) has it for $SERVICE_RESULT. */
static char *how_it_ended(const char *result)
{
    return g_str_equal(result, "timeout")
               ? g_strdup("it took longer than TimeoutStartSec= of its unit allows")
               : g_strdup_printf("systemd says \"%s\"", result);
}

/* One whose stop has failed had been started well. */
static bool has_failed_to_start(const char *unit)
{
    g_autofree char *state = properties_value(unit, "ActiveState"),
                    *status = properties_value(unit, "ExecMainStatus"),
                    *code = properties_value(unit, "ExecMainCode");

    return g_str_equal(state, "failed") && !(g_str_equal(status, "0") && g_str_equal(code, "1"));
}

static void take_unit(const char *unit, UnitState *ret)
{
    if (ret->failed || !has_failed_to_start(unit))
        return;
    ret->failed = properties_value(unit, "Id");
    ret->since = properties_value(unit, "InactiveExitTimestamp");
    ret->result = properties_value(unit, "Result");
}

void unit_state_find(const char *name, UnitState *ret)
{
    g_auto(GStrv) names = namespace_unit_patterns(name);
    g_auto(GStrv) units = properties_show(
        false, "Id,ActiveState,Result,ExecMainCode,ExecMainStatus,InactiveExitTimestamp", names);

    *ret = (UnitState){};
    for (char **unit = units; unit && *unit; unit++)
        take_unit(*unit, ret);
}

char *unit_state_why(const char *name, const UnitState *state)
{
    char *said = unit_state_words(name, state->failed, state->since);

    return said ? said : how_it_ended(state->result);
}

void unit_state_clear(UnitState *state)
{
    g_free(state->failed);
    g_free(state->since);
    g_free(state->result);
    *state = (UnitState){};
}
