/* uplink-rules.h - the rules that lead into a table of ours, in front of everybody else's. */
#pragma once

#include "network.h"

/* Priorities where there is nobody in front of them: before every VPN's (NetBird 100, Tailscale 5210,
 * NetworkManager 30000 and above) and before l3mdev's 1000. */
#define UPLINK_RULE_TO 94   /* to the namespace: answers, and the host's own packets */
#define UPLINK_RULE_FROM 95 /* from the namespace */
#define UPLINK_RULE_END 96  /* nothing from the namespace gets past its table */

typedef struct UplinkRules {
    uint32_t table;
    const char *incoming; /* what comes in by this interface looks there, and nowhere else */
    const GPtrArray *to;  /* IpPrefix*: so does what goes there; NULL: nothing */
} UplinkRules;

/* Sets the rules of @family, and removes those of the same namespace's link that stand elsewhere. What is
 * there already is left alone. A host without IPv6 is no error. */
bool uplink_rules_set(Nl *host, int family, const UplinkRules *rules, GError **error);

/* A rule as the kernel lists it: is it one of anybody's, of @table's (which @incoming leads into)? */
bool uplink_rules_is_ours(const struct nlmsghdr *rule);
bool uplink_rules_is_of(const struct nlmsghdr *rule, uint32_t table, const char *incoming);
