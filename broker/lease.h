/* lease.h - what the network of an interface told the host: routers and name servers, from where its DHCP
 * client or network manager keeps them. */
#pragma once

#include <glib.h>

/* Addresses as text, the first is preferred; empty where nothing is known. Owned by the caller. */
char **lease_routers(const char *interface, unsigned index);
char **lease_servers(const char *interface, unsigned index);
