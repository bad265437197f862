/* hardware.h - MAC addresses that we choose. */
#pragma once

#include "conf.h"

/* The same for this end of this link as long as the machine is the same (machine-id(5)), so that leases,
 * switches and IPv6 addresses are too. With @port, one that is above any card's: a bridge takes the lowest of
 * its ports' addresses (net/bridge/br_stp_if.c, br_stp_recalculate_bridge_id), and would change its own with
 * ours. Not set where the machine has no id. */
MacAddress hardware_address(const char *namespace, const char *label, bool outer, bool port);

/* A number for an interface, the same each time, above those that the kernel counts up to. */
unsigned hardware_number(const char *namespace, const char *label);
