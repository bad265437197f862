/* report.h - the answers to list and status: JSON in a sealed memfd, since they may not fit a packet. */
#pragma once

#include "peer.h"

#include <gio/gio.h>

/* Of all namespaces that @peer may see. @peer must stay until @done is called. */
void report_list(const Peer *peer, GCancellable *cancel, GAsyncReadyCallback done, gpointer user);
void report_status(const char *name, GAsyncReadyCallback done, gpointer user);
/* A fd at offset 0, nobody can change what is in it. -1 and an error. */
int report_finish(GAsyncResult *result, GError **error);
