/* route-flush.h - our routes and rules taken out of a namespace that stays. */
#pragma once

#include "nl.h"

/* Removes the routes and rules inside that bear ROUTE_PROTOCOL. Costs four dumps, routes and rules of each
 * family: not on the way of a first `up`. */
bool route_flush(Nl *inside, GError **error);

/* Removes the rules for which @matches says so, and such routes of @table (0: of all tables). */
bool route_flush_matching(Nl *nl, uint32_t table, bool (*matches)(const struct nlmsghdr *, const void *),
                          const void *user, GError **error);
