/* hardware.h - what stands for hardware that a link does not have: MAC addresses, numbers, secrets. */
#pragma once

#include "conf.h"

/* The same for this end of this link as long as the machine is the same (machine-id(5)), so that leases,
 * switches and IPv6 addresses are too. With @port, one that is above any card's: a bridge takes the lowest of
 * its ports' addresses (net/bridge/br_stp_if.c, br_stp_recalculate_bridge_id), and would change its own with
 * ours. Not set where the machine has no id. */
MacAddress hardware_address(const char *namespace, const char *label, bool outer, bool port);

/* What the kernel hashes into stable IPv6 addresses (RFC 7217), as text an address: as lasting as the MAC
 * address, and told to nobody. False where the machine has no id. */
bool hardware_secret(const char *namespace, const char *label, IpAddress *ret);

/* A number for an interface, the same each time, above those that the kernel counts up to. */
unsigned hardware_number(const char *namespace, const char *label);
