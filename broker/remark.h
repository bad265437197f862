/* remark.h - what is to be said of a namespace beyond the JSON of status.h, which the front makes too: by
 * asking systemd, and looking at processes. Each adds it to such an object. */
#pragma once

#include <jansson.h>

/* "why" of one that is down and whose start has failed. */
void remark_failure(json_t *entry);

/* "ended": true in a "lease" whose DHCP client is no longer there. For root, who may look at it. */
void remark_leases(json_t *entry);
