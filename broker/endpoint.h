/* endpoint.h - where the peers of WireGuard links are: names looked up, and again while they do not answer.
 */
#pragma once

#include "plan.h"
#include "record.h"

/* Sets the address of each peer of @link, looked up where the socket is. A name of which nobody knows
 * anything now is told, and no failure: the watch tries again. */
void endpoint_look_up(const Conf *conf, const LinkPlan *link);

/* Writes the names into the links of the record's detail, and that there are any where the watch looks. */
void endpoint_describe(const Conf *conf, json_t *detail);
bool endpoint_note(const Record *record, GError **error);
bool endpoint_forget(const char *name, GError **error);

/* Does the watch have anything to do? The names of the namespaces; NULL-terminated, owned by the caller. */
char **endpoint_names(void);
bool endpoint_any(void);

/* Looks again for those that have had no handshake for two minutes, and tells the kernel where they are now.
 */
bool endpoint_refresh(const Record *record, GError **error);
