/* slaac.h - how a link makes its own IPv6 addresses, of router advertisements and of nothing (RFC 4862). */
#pragma once

#include "link.h"
#include "nl.h"

/* Is there anything that its file says of it? */
bool slaac_is_set(const LinkConf *link);

/* Privacy extensions and the secret of stable addresses. In the link's namespace. */
bool slaac_set(const LinkPlan *link, GError **error);

/* Token and mode, into the queue of the link's namespace: before the link is up, as its first address and its
 * first question to a router are then. After slaac_set() and IPv6AcceptRA=: the kernel refuses a token on a
 * link that listens to no router. */
void slaac_queue(const LinkPlan *link, Nl *inside);
