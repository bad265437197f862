/* survey.h - what the kernel says is inside a network namespace, as JSON. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* {"links": as in survey-link.h,
 *  "routes": [{"destination", "type", "gateway", "link", "metric", "table", "source"}],
 *  "rules": [{"family", "priority", "from", "to", "incoming", "outgoing", "mark", "uids", "action",
 * "table"}]} Words are those of iproute2; keys that do not apply are absent. The kernel's own routes (table
 * local) and rules (0, 32766, 32767) are left out. Four dumps: for people who ask, not on the way of `up`.
 * Owned by the caller; NULL and an error. */
json_t *survey(int nsfd, GError **error);
