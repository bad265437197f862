/* units.h - systemd's manager: the only file that knows units. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* systemd is PID 1 (sd_booted(3)). */
bool units_booted(void);

/* Starts netns@NAME.service and waits for the job. @override: replace a stop that is under way, as systemctl
 * start does; else fail. */
void units_start(const char *name, bool override, GAsyncReadyCallback done, gpointer user);
/* Stops whatever unit keeps NAME up, netns@NAME.service or netns-TYPE@NAME.service. */
void units_stop(const char *name, GAsyncReadyCallback done, gpointer user);
bool units_finish(GAsyncResult *result, GError **error);
