/* lock.h - advisory locks between the processes of netns-broker, RUN_DIR/lock/NAME.
 *
 * One for each namespace (held while it is built or removed) and one, "host", for what they share: the pool
 * of subnets, the ledger of sysctls, the nft table. Order: a namespace's first, then the host's; never two
 * namespaces' at once.
 *
 * Three more are held for no work on what they share, but by one process at a time: ".watch" by the watch as
 * long as it lives (wake.h), ".doctor" while a packet is followed, ".netns" while RUN/netns is made (nsfs.c).
 */
#pragma once

#include <glib.h>

#define LOCK_HOST ".host"

/* Waits for it. Returns a fd to be closed (the lock ends with the last process that has it), or -1. */
int lock_take(const char *name, GError **error);

/* The same without waiting: -1 also when somebody holds it. */
int lock_try(const char *name);
