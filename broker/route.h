/* route.h - addresses, routes and rules of a planned namespace, as queued netlink requests. */
#pragma once

#include "plan.h"

/* RTA_PROTOCOL and FRA_PROTOCOL of everything we make: rtnetlink.h leaves the numbers from 4 to admins and
 * daemons; 110 is in no distribution's rt_protos. */
#define ROUTE_PROTOCOL 110

/* Addresses of the inner end, and (after it is up) the routes by its gateways. */
void route_queue_addresses(const LinkPlan *link, Nl *inside);
void route_queue_gateways(const LinkPlan *link, Nl *inside);

/* Addresses of the outer end, seen by @outer; a route to the inner addresses where host and link share a
 * network that the host reaches by another interface already. */
void route_queue_host_addresses(const LinkPlan *link, Nl *outer);

/* [Route X] and [Rule X]. */
bool route_queue_all(const Plan *plan, GError **error);
void rule_queue_all(const Plan *plan);
