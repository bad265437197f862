/* firewall.h - nftables: the host's one table (a namespace's own ruleset is in ruleset.h).
 *
 * The table has static rules on the group of the incoming or outgoing interface (IFLA_GROUP), so that a
 * namespace needs no nft work: a table per namespace is quadratic and ends at 1024. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FIREWALL_TABLE "netns-broker"

/* Interface groups of ours: base + bits. */
#define FIREWALL_GROUP 0x6e620000u
#define FIREWALL_GROUP_MASK 0xffff0000u
#define FIREWALL_MASQUERADE_IPV4 1u
#define FIREWALL_HOST_ACCESS 2u /* may open connections to the host itself */
#define FIREWALL_MASQUERADE_IPV6 4u

/* Of bridges that we made: a mark from birth on, no rule is about it. */
#define FIREWALL_BRIDGE_GROUP 0x6e630000u

/* Puts the table in place when it is not there, or when @guarded (names of interfaces, NULL-terminated) has
 * changed: interfaces that forward only because of us, between which nothing may be forwarded. nft(8) is run
 * at most once for each such change; to be called with the host's lock. */
bool firewall_ensure(char *const *guarded, GError **error);
/* Takes the table away. */
bool firewall_remove(GError **error);
