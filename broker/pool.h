/* pool.h - Subnet=auto: addresses for both ends of a link, from the pools of its file. */
#pragma once

#include "link.h"
#include "nl.h"

/* Fills plan->addresses, ->host_addresses and ->gateways with a /30 for each v4 pool and a /64 for each v6
 * one (unless IPv6=no). The choice is a hash of namespace and label, so that it is the same after a reboot
 * where it is free; what the host already routes is passed over. To be called with the host's lock, which is
 * kept until the addresses are set: then the kernel knows them. */
bool pool_fill(LinkPlan *plan, const Conf *conf, Nl *host, GError **error);
