/* units.h - systemd's manager: the only file that knows units. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* Starts the unit that keeps NAME up, or would (namespace-unit.h), and waits for the job. @override: replace
 * a stop that is under way, as systemctl start does; else fail. */
void units_start(const char *name, bool override, GAsyncReadyCallback done, gpointer user);
/* Stops all units of NAME's. */
void units_stop(const char *name, GAsyncReadyCallback done, gpointer user);
/* Restarts the unit that keeps NAME up, or starts the one that would; @up: it is up all the same, brought up
 * by hand. */
void units_restart(const char *name, bool up, GAsyncReadyCallback done, gpointer user);
bool units_finish(GAsyncResult *result, GError **error);
