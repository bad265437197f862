/* route-flush.h - our routes and rules taken out of a namespace that stays. */
#pragma once

#include "nl.h"

/* Removes the routes and rules inside that bear ROUTE_PROTOCOL. Costs two dumps: not on the way of a first
 * `up`. */
bool route_flush(Nl *inside, GError **error);

/* Removes the rules of ours that lead into the host's @table, and what is in it. */
bool route_flush_table(Nl *host, uint32_t table, GError **error);
