/* unit-state.h - a namespace's unit that has failed at its start: what systemd and its journal tell of it. */
#pragma once

#include <glib.h>

typedef struct UnitState {
    char *failed;         /* the unit that has failed, at its start; NULL: none has */
    char *since, *result; /* of that: when it was started, "@SECONDS"; Result= as systemd has it */
} UnitState;

/* Of what does not run under systemd nothing is known. To be freed by unit_state_clear(). */
void unit_state_find(const char *name, UnitState *ret);
/* Why it has failed, a sentence, owned by the caller: the last error in its journal, as far as the caller may
 * read it, or how it ended. */
char *unit_state_why(const char *name, const UnitState *state);
/* The last error of the worker's, which says it once and in its last line ("lab: not up: WHY", say.h), in the
 * journal of
 * @unit since @since ("@SECONDS"); by the unit, as a process that ends at once leaves no invocation ID
 * behind. Owned by the caller; NULL: nothing is found, or it is not for the caller's eyes. */
char *unit_state_words(const char *name, const char *unit, const char *since);
void unit_state_clear(UnitState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UnitState, unit_state_clear)
