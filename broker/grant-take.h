/* grant-take.h - a lease taken: its addresses and routes set, its file written, its name servers told. In a
 * process that is in the namespace (but for grant_expect), under a lock of its own (LOCK_LEASE): `up` holds
 * the namespace's while it waits for this. */
#pragma once

#include "grant.h"

/* Of link @label of namespace @name. What cannot be used is told. False without an error: @name is being
 * taken down, or the link has another client by now, or nothing that was given could be used. */
bool grant_take(const char *name, const char *label, const char *client, const Grant *grant, GError **error);

/* Before a client is started on @label in namespace @nsfd of @name: its file has @fresh ("client",
 * "interface", "asked"), and keeps what that client has got before. What another one has got is taken back.
 */
bool grant_expect(const char *name, const char *label, json_t *fresh, int nsfd, GError **error);

/* Leases that nobody renews, looked at again and again by one process. */
typedef struct GrantTerm {
    const char *name, *label, *client;
    const char *only; /* one of leased_sources; NULL: all */
    gint64 begun;     /* of leased_clock(): when the client that runs now began */
    gint64 next;      /* said: when the next of them is over; 0: there is none */
    bool untold;      /* kept: one has gone, and its name servers are still named */
} GrantTerm;

/* Leases that were given before the client that runs now began, and whose time is over, go: whoever has got
 * them can say no more that they do. What failed is done by the next call. */
bool grant_expire(GrantTerm *term, GError **error);
