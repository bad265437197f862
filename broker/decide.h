/* decide.h - may they? The allowlist, then polkit, as Authorize= says. */
#pragma once

#include "conf.h"
#include "peer.h"
#include "request.h"

#include <gio/gio.h>

typedef enum Decision {
    DECISION_DENIED,
    DECISION_AUTHENTICATE,           /* could be allowed if polkit could ask the user */
    DECISION_BUSY,                   /* a dialog of this user is open already */
    DECISION_FAILED_TO_AUTHENTICATE, /* polkit asked, and the answer was wrong or none: for one who knows of
                                        the namespace */
    DECISION_ALLOWED,
} Decision;

/* Decides about @request (not list) of @peer for the namespace configured by @conf. All three must stay until
 * @done is called. */
void decide(const Request *request, const Peer *peer, const Conf *conf, GCancellable *cancel,
            GAsyncReadyCallback done, gpointer user);
/* @ret_reason: a few words for the journal, never NULL; owned by the caller. Whatever goes wrong is
 * DECISION_DENIED. */
Decision decide_finish(GAsyncResult *result, char **ret_reason);

/* Whether `list` shows the namespace: Authorize=either does not make it known to all. The names (access.h)
 * must have been prepared. */
bool decide_visible(const Peer *peer, const Conf *conf);
