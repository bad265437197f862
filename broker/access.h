/* access.h - the first gate: is the caller on the list of the namespace's file ([Access] Users=, Groups=)? */
#pragma once

#include "conf.h"
#include "peer.h"

/* Adds to @keys (char*) what names.h must know before access_listed can tell: nothing where numbers decide.
 */
void access_names(const AccessConf *access, const Peer *peer, GPtrArray *keys);

/* True when the list names the caller's uid, or a group that the caller had when it connected. Waits for
 * nothing; names that were not prepared match nobody. Root is not on every list: who asks treats uid 0 apart.
 */
bool access_listed(const AccessConf *access, const Peer *peer);
