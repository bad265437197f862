/* arrival.h - the interface of a VPN program handed over to a namespace that waits for it. */
#pragma once

#include "offer.h"

/* The interface @offer speaks of, in the caller's namespace or in @name already, becomes the one that the
 * [Link] of Kind=vpn awaits: moved in, addressed, up, with default routes, and the name servers in its
 * resolv.conf. The namespace is up. Under its lock. */
bool arrival_take(const char *name, const Offer *offer, GError **error);

/* The program has ended, or is about to: its name servers go. The interface goes with the program. */
bool arrival_end(const char *name, const Offer *offer, GError **error);
