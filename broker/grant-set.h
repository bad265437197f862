/* grant-set.h - addresses and routes of a lease, set where the client leaves that to its script. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* In namespace @nsfd (-1: the caller's), on @interface: what of @former ("addresses" and "routes", as in
 * leased.h) is not in @now goes, what is in @now is set. A route that the kernel does not take, by a gateway
 * that can be none, is moved from @now's "routes" to its "unusable", with the kernel's words as "why". @now
 * NULL: a lease that is over. True where the interface has gone. */
bool grant_set(int nsfd, const char *interface, const json_t *former, json_t *now, GError **error);

/* Takes out of @now's "addresses" what @interface has already and no lease of @former has set: Address= says
 * it, and it is not to go with a lease. */
void grant_spare(int nsfd, const char *interface, const json_t *former, json_t *now);

/* Is @entry in @list? */
bool grant_has(const json_t *list, const json_t *entry);
