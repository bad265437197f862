/* activate.h - namespaces brought up and down by others: systemd's unit, or the worker itself where systemd
 * is not PID 1. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

typedef enum Activation {
    ACTIVATION_ENTER, /* up, because somebody wants in; does not override a stop that is under way */
    ACTIVATION_START, /* up, because somebody said so */
    ACTIVATION_STOP,
    ACTIVATION_RESTART, /* down and up again */
} Activation;

/* A fd of the namespace when it is up: its record says ready and /run/netns/NAME is the one of the record. -1
 * without an error: it is not up; -1 and an error: the record cannot be read. */
int activate_ready(const char *name, GError **error);

/* Whether something is being done to @name already, so that activate() would only join in. */
bool activate_under_way(const char *name);

/* Has systemd or the worker do it; requests for the same name at the same time share one. Cancelling ends
 * the waiting, not the work. Fails with G_IO_ERROR_BUSY when something else is
 * under way that does not end as wanted. */
void activate(const char *name, Activation what, GCancellable *cancel, GAsyncReadyCallback done,
              gpointer user);
/* The error is for the journal: callers get a sentence without details. */
bool activate_finish(GAsyncResult *result, GError **error);
