/* offer.h - what a VPN program says of its interface, in the environment of the script that it runs:
 * OpenVPN's
 * --up and --down (openvpn(8), Scripting and Environmental Variables), OpenConnect's --script (vpnc-script).
 */
#pragma once

#include "conf.h"

typedef enum OfferWhat { OFFER_NOTHING, OFFER_UP, OFFER_DOWN } OfferWhat;

typedef struct Offer {
    OfferWhat what;
    const char *name; /* of the namespace; borrowed */
    char interface[IFNAMSIZ];
    uint32_t mtu;         /* 0: not said */
    GPtrArray *addresses; /* IpPrefix* */
    GPtrArray *gateways;  /* IpPrefix*: of a tap */
    char **servers, **domains;
} Offer;

/* For namespace @name, which stands before warnings. What the server at the other end has pushed is among it:
 * each value is an address, a number or a domain, or is left out with a warning. Error: there is no such
 * environment. Freed by offer_clear. */
bool offer_read(const char *name, Offer *ret, GError **error);
void offer_clear(Offer *offer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Offer, offer_clear)
