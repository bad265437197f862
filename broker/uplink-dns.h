/* uplink-dns.h - the name servers of an uplink, and not those of a VPN. */
#pragma once

#include "uplink.h"

/* Addresses as text, at most three (resolv.conf(5)), the first is preferred; empty where there is no uplink.
 * In this order: what its DHCP client or network manager was told; of the host's resolv.conf those that can
 * only be the uplink's (neighbours on it) or anybody's (public); its gateway. Owned by the caller. */
char **uplink_servers(const Network *network, const Uplink *ipv4, const Uplink *ipv6);
