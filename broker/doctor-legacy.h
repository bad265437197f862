/* doctor-legacy.h - iptables-legacy and ip6tables-legacy: the kernel tells nobody what these do with a
 * packet, but they count. */
#pragma once

#include "doctor-rule.h"

/* Are there tables of theirs in the host, for this family? */
bool legacy_is_there(int family);

/* Sends a handful of packets, and looks which rule or policy that drops has counted them. True and *ret (to
 * be done with obstacle_done) when there is one. False and no error: none has; false and an error: it could
 * not be looked. */
bool legacy_find(const Probe *probe, bool to_host, Obstacle *ret, GError **error);
