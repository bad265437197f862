/* connection-state.h - a connection while it is open, for those who serve it: connection.c opens and reads,
 * errand.c does what was asked, outcome.c answers. */
#pragma once

#include "cache.h"
#include "peer.h"
#include "request.h"

#include <gio/gio.h>
#include <stdbool.h>

typedef struct Connection {
    unsigned references;
    int sock; /* -1: closed */
    Peer peer;
    bool counted;            /* against the uid's quota */
    bool asked;              /* the request has been read */
    bool tried;              /* the namespace has been started once */
    bool builds;             /* for this request alone, and counted against the uid's quota */
    const char *turned_away; /* ERROR= it will get whatever it asks; NULL: none */
    GError *conf_error;      /* root only: why there is no configuration */
    Request request;
    Cached *cached; /* NULL: root, and no configuration that could be read */
    char *reason;   /* why it is allowed */
    GCancellable *cancel;
    bool answered;      /* and what was sent may not be read yet */
    guint watch, limit; /* GSources */
} Connection;

/* Whatever waits (NSS, polkit, systemd) holds a reference, and finds sock -1 when it is over. */
Connection *connection_ref(Connection *this);
void connection_unref(Connection *this);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_unref)

/* Closes the socket and lets go of the reference that came with it. Nothing where it is closed. */
void connection_close(Connection *this);
