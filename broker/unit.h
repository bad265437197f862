/* unit.h - a namespace's unit, as the worker sees it: by systemctl, which is there where systemd is. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The unit that keeps @name up or is about to, or would (namespace_unit_of()). Owned by the caller.
 * @ret_active: whether it does; NULL: no matter. Without systemd none does. */
char *unit_keeper(const char *name, bool *ret_active);

/* Starts that one and waits. Its worker is another process, which takes its own lock. */
bool unit_start(const char *name, GError **error);

/* The namespace was taken down by somebody else than its unit: that stops too, or it would count as up, and
 * what hangs on it would not start. Called under the namespace's lock, so that whoever starts it anew comes
 * first or last: a job of the unit's that waits already is left alone. Does not wait. */
void unit_release(const char *name);

/* Waits for that, without the lock: the unit takes the namespace down once more, also one that is made anew
 * meanwhile. Three seconds at most, as what hangs on it stops first, and we may be called by that. */
void unit_wait_released(const char *name);
