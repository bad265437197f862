/* survey-link.h - the links of a network namespace and their addresses, as JSON. */
#pragma once

#include "nl.h"

#include <jansson.h>

/* [{"name", "index", "kind", "state", "mtu", "mac", "group", "addresses": ["10.0.0.2/30"], "master",
 * "parent", "peer"}] of the namespace in which @nl was opened. "master" is the bridge that has it as a port;
 * "peer" the other end of a pair (veth) and "parent" what a link sits on (macvlan, vlan), by their names in
 * the caller's namespace: where they are elsewhere, they are absent, as all is that does not apply. Owned by
 * the caller; NULL and an error. */
json_t *survey_links(Nl *nl, GError **error);

/* One of such a list, borrowed; NULL. */
json_t *survey_link_by_index(const json_t *links, unsigned index);
json_t *survey_link_by_name(const json_t *links, const char *name);

/* Takes @entry over. A dump that was interrupted comes again from its start (nl_dump): what is there already
 * is left out. */
void survey_append_once(json_t *array, json_t *entry);
