/* uplink-table.h - a routing table of ours in the host, and the rules that lead into it. */
#pragma once

#include "network.h"

/* Priorities of our rules: before every VPN's (NetBird 100, Tailscale 5210, NetworkManager 30000 and above,
 * wg-quick and Mullvad right before 32766) and before l3mdev's 1000, so that none of theirs sees a packet of
 * ours first. */
#define UPLINK_RULE_TO 94   /* to the namespace: answers, and the host's own packets */
#define UPLINK_RULE_FROM 95 /* from the namespace */

/* The table of a namespace's link: 1100000000 and a hash that never changes. */
uint32_t uplink_table_number(const char *name, const char *label);

/* Makes @table of @family hold @routes (HostRoute: destination, gateway, source, index; a gateway need not be
 * in a network of the interface) and, last, an unreachable default: nothing gets past the table. A route by
 * an interface that is down or gone is left out. */
bool uplink_table_set(Nl *host, int family, uint32_t table, const GArray *routes, GError **error);

/* Queues the rule that leads into it: what comes in by interface @incoming; or what goes to @to. One that is
 * there already is no error, nor a host without IPv6. */
void uplink_table_queue_from(Nl *host, int family, uint32_t table, const char *incoming);
void uplink_table_queue_to(Nl *host, uint32_t table, const IpPrefix *to);
