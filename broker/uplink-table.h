/* uplink-table.h - a routing table of ours in the host, and the rules that lead into it. */
#pragma once

#include "network.h"

/* Priorities of our rules: before every VPN's (NetBird 100, Tailscale 5210, NetworkManager 30000 and above,
 * wg-quick and Mullvad right before 32766) and before l3mdev's 1000, so that none of theirs sees a packet of
 * ours first. */
#define UPLINK_RULE_TO 94   /* to the namespace: answers, and the host's own packets */
#define UPLINK_RULE_FROM 95 /* from the namespace */
#define UPLINK_RULE_END 96  /* nothing from the namespace gets past its table */

/* The table of a namespace's link: 1100000000 and a hash that never changes. */
uint32_t uplink_table_number(const char *name, const char *label);
/* Is it one of these? */
bool uplink_table_is_ours(uint32_t table);

/* Makes @table of @family hold @routes (HostRoute: destination, gateway, source, index; a gateway need not be
 * in a network of the interface). A route by an interface that is down or gone is left out. */
bool uplink_table_set(Nl *host, int family, uint32_t table, const GArray *routes, GError **error);

/* Queues the rule that leads into it: what comes in by interface @incoming, and behind it one that lets such
 * packets go no further; or what goes to @to. One that is there already is no error, nor a host without IPv6.
 */
void uplink_table_queue_from(Nl *host, int family, uint32_t table, const char *incoming);
void uplink_table_queue_to(Nl *host, uint32_t table, const IpPrefix *to);

/* Removes these rules, and what is in the table. */
bool uplink_table_remove(Nl *host, uint32_t table, const char *incoming, GError **error);
