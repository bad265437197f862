/* duplicate.h - duplicate address detection, of IPv6 addresses inside. */
#pragma once

#include "plan.h"

/* Waits until every address of the links is usable, three seconds at most: until then a program cannot have
 * it. An address that somebody else has is an error with file:line. Not waited for where the link has no
 * carrier: it does not begin before. */
bool duplicate_wait(const Plan *plan, GError **error);

/* In the caller's namespace: waits, for as long as it takes, for a link-local address of @interface that is
 * usable. False: the interface has gone. */
bool duplicate_wait_local(const char *interface);
