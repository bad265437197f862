/* bus.h - the system bus, opened when it is first needed and again after it went away. */
#pragma once

#include <gio/gio.h>

void bus_open(GCancellable *cancel, GAsyncReadyCallback done, gpointer user);
/* A reference, or NULL and an error. */
GDBusConnection *bus_open_finish(GAsyncResult *result, GError **error);
