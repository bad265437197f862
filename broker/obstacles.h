/* obstacles.h - what other firewalls have in the way of namespaces, as far as reading them tells:
 * RUN_DIR/obstacles.json. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* [{"family", "table", "chain", "hook", "policy" or "rule", "in", "tool", "program", "why"}]: @hook forward,
 * input or output; "in" the chain that the rule is in, where it is not "chain"; "tool" the command that lists
 * it (nft, iptables-nft, ip6tables-legacy …); "program" where it is known; "why" it is not changed. Borrows
 * @list. An empty one, or NULL, removes the file. */
bool obstacles_save(const json_t *list, GError **error);

/* The list, empty when nothing was found; a new reference. */
json_t *obstacles_load(void);
