/* authority.h - the second gate: polkit. */
#pragma once

#include "peer.h"

#include <gio/gio.h>

#define ACTION_ENTER "org.netns-broker.enter"
#define ACTION_ENTER_UNLISTED "org.netns-broker.enter-unlisted"
#define ACTION_MANAGE "org.netns-broker.manage"

typedef enum Verdict {
    VERDICT_DENIED,
    VERDICT_CHALLENGE, /* the user would have to authenticate, and polkit was not to ask or found no agent to
                          ask through */
    VERDICT_GRANTED,
} Verdict;

/* Asks polkit whether @peer may do @action to @namespace (validated). @user: the peer's name, or its uid as
 * text; shown in the prompt.
 * @interactive: polkit may show a dialog, which can take minutes. @peer must stay until @done is called.
 * Cancelling takes the dialog away. */
void authority_check(const char *action, const Peer *peer, const char *namespace, const char *user,
                     bool interactive, GCancellable *cancel, GAsyncReadyCallback done, gpointer user_data);

/* With an error the verdict is VERDICT_DENIED: no bus, no polkit, no answer in time. */
Verdict authority_check_finish(GAsyncResult *result, GError **error);
