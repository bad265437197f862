/* patience.h - what an interface that is about to go still has is waited for. A namespace that somebody else
 * removed (ip netns del, the end of its last process) takes its interfaces with it some time later
 * (net/core/net_namespace.c, cleanup_net): until then the kernel refuses their number, MAC address or address
 * on the same parent to a new one. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Patience {
    gint64 end; /* µs, monotonic */
} Patience;

Patience patience_begin(void); /* five seconds */

/* Is it worth another try? Then *@why is cleared, and a moment has passed. False, and *@why as it is, when it
 * is not a NL_ERROR of @code, or the time is up. */
bool patience_lasts(const Patience *patience, int code, GError **why);
