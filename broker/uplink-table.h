/* uplink-table.h - a routing table of ours in the host. */
#pragma once

#include "network.h"

/* The table of a namespace's link: 1100000000 and a hash that never changes. */
uint32_t uplink_table_number(const char *name, const char *label);
/* Is it one of these? */
bool uplink_table_is_ours(uint32_t table);

/* Makes @table of @family hold @routes (HostRoute: destination, gateway, source, index; a gateway need not be
 * in a network of the interface). A route by an interface that is down or gone is left out. */
bool uplink_table_set(Nl *host, int family, uint32_t table, const GArray *routes, GError **error);

/* Removes the rules that lead into it (uplink-rules.h), and what is in it. */
bool uplink_table_remove(Nl *host, uint32_t table, const char *incoming, GError **error);
