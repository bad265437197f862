/* route.h - addresses, routes and rules of a planned namespace, as queued netlink requests. */
#pragma once

#include "plan.h"

/* RTA_PROTOCOL and FRA_PROTOCOL of everything we make: rtnetlink.h leaves the numbers from 4 to admins and
 * daemons; 110 is in no distribution's rt_protos. */
#define ROUTE_PROTOCOL 110

/* The table of Prefixes= with PrefixesFrom=: the number that xfrm-netns' BlockP2P uses. */
#define ROUTE_FROM_TABLE 117

/* Duplicate address detection keeps an IPv6 address unusable for a second or two. On a pair of ours nobody
 * else can have it. */
bool route_wants_dad(const LinkConf *link);

/* The addresses of the inner end, in their order: the first of a network is the one that packets leave with.
 * One that an ipvlan still has that is about to go is waited for, some seconds
 * (drivers/net/ipvlan/ipvlan_main.c, ipvlan_addr4_validator_event). Runs what was queued. */
bool route_add_addresses(const LinkPlan *link, Nl *inside, GError **error);

/* After it is up: the routes by its gateways and those without one, Prefixes=. */
void route_queue_gateways(const LinkPlan *link, Nl *inside);
void route_queue_prefixes(const LinkPlan *link, Nl *inside);

/* Addresses of the outer end, seen by @outer; a route to the inner addresses where host and link share a
 * network that the host reaches by another interface already. */
void route_queue_host_addresses(const LinkPlan *link, Nl *outer);

/* [Route X] and [Rule X], and the rules of PrefixesFrom=. */
bool route_queue_all(const Plan *plan, GError **error);
void rule_queue_all(const Plan *plan);
