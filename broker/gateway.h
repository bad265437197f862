/* gateway.h - the gateway of an interface whose default route a VPN has replaced. */
#pragma once

#include "network.h"

/* Looks at: a host route by a gateway (to the VPN's server), what gateway_note() wrote down, the files of
 * vpnc-script, and of the DHCP clients. Only a gateway in a network of the interface counts (or a link-local
 * IPv6 one). Leaves *ret alone where none is found. */
bool gateway_find(const Network *network, int family, const Interface *interface, IpAddress *ret);

/* Writes down the gateways of all default routes that are there now, for the time when a VPN has replaced
 * them (RUN_DIR/gateways.json). */
void gateway_note(const Network *network);
