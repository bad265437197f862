/* lock.h - advisory locks between the processes of netns-broker, RUN_DIR/lock/NAME. In the order in which
 * they are taken, each of them at most once:
 *
 * - LOCK_ATTACH: by `attach` and `detach` of system services, while they look and write. An attach may have
 *   the namespace started meanwhile, which takes the others.
 * - of a namespace, NAME: while it is built, changed or removed. Never two namespaces' at once.
 * - LOCK_HOST: for what they share, the pool of subnets, the ledger of sysctls, the nft table.
 * - LOCK_LEASE NAME: by the script of its DHCP clients, which begins with it, as `up` has the namespace's own
 *   while it waits for a lease; by `down` to know that no script is at work.
 * - LOCK_SERVERS NAME: while its name servers are said (servers.h), by any of those; the last, so whoever has
 *   it waits for nobody but systemd and the namespace's resolver.
 * - LOCK_HELD: while the directories that covers hide are held or let go (hold.h), under a namespace's own
 *   and no other; whoever has it waits for nobody.
 *
 * Others are held for no work on what they share, but by one process at a time: ".watch" by the watch as long
 * as it lives (wake.h), ".doctor" while a packet is followed, ".netns" while RUN/netns is made (nsfs.c),
 * ".resolve" while endpoints are looked up (resolve.c).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define LOCK_HOST ".host"
#define LOCK_ATTACH ".attach"
#define LOCK_HELD ".held"
/* And a namespace's name. */
#define LOCK_LEASE ".lease-"
#define LOCK_SERVERS ".servers-"

/* Waits for it. Returns a fd to be closed (the lock ends with the last process that has it) or
 * released, or -1. */
int lock_take(const char *name, GError **error);

/* The same without waiting: -1 also when somebody holds it. */
int lock_try(const char *name);

/* Gives it back and closes @fd, where a program was started meanwhile that was not to have it: between
 * fork(2) and execve(2) it does, and close(2) alone would leave it so long. Takes it from all, so never where
 * a child is to go on with it (teardown.c). */
void lock_release(int fd);

/* Does somebody? Asked without being in the way of another who asks; one who tries to have it may fail at
 * that moment. True also where it cannot be known. */
bool lock_is_held(const char *name);
