/* route-flush.h - our routes and rules taken out of a namespace that stays. */
#pragma once

#include "nl.h"

/* Removes the routes and rules inside that bear ROUTE_PROTOCOL. Costs two dumps: not on the way of a first
 * `up`. */
bool route_flush(Nl *inside, GError **error);
