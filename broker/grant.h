/* grant.h - what a DHCP client says of a lease, in the environment of the script that it runs: dhcpcd(8),
 * dhclient-script(8), udhcpc(8). */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef enum GrantWhat {
    GRANT_NOTHING,
    GRANT_GIVEN,
    GRANT_GONE,
    GRANT_ALL_GONE, /* of every source */
    GRANT_REFUSED,  /* an old lease that no server has confirmed: dhclient asks whether it will do */
    GRANT_UNUSABLE, /* given is an address that no interface may have */
    GRANT_PREPARE,  /* DHCPv6 is about to begin, by a link-local address that has to be there */
} GrantWhat;

typedef struct Grant {
    GrantWhat what;
    const char *source; /* of leased_sources */
    json_t *lease;      /* as in leased.h; owned; NULL where nothing is given. GRANT_UNUSABLE: its address */
} Grant;

/* @client: its name; @reason: the first argument, which udhcpc alone has. What the server sends is among it:
 * each value is an address, a number or a domain, or is left out. */
void grant_read(const char *client, const char *reason, Grant *ret);
void grant_clear(Grant *grant);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Grant, grant_clear)
