/* guard.h - a twin of the host's table that nobody else can flush.
 *
 * A table with the flag owner belongs to the netlink socket that made it: `nft flush ruleset`, of whatever
 * firewall, passes it by (net/netfilter/nf_tables_api.c, nft_flush). It goes with its owner, and where kernel
 * (6.9) and nft (1.1) know the flag persist it stays, and is anybody's, when the owner is killed. So `watch`
 * holds one with the same rules: from the moment that somebody takes our table away until it is back, nothing
 * changes for a namespace. */
#pragma once

#include "firewall.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Guard Guard;

Guard *guard_new(GError **error);
void guard_free(Guard *guard);  /* the table too */
void guard_clear(Guard *guard); /* the table alone, until the next guard_set() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guard, guard_free)

/* Makes it what firewall_text() says now; no change, no work. To be called with the host's lock.
 * @guarded: see firewall_ensure. */
bool guard_set(Guard *guard, const Guarded *guarded, GError **error);
