/* ruleset.h - a namespace's own nftables ruleset. The file it comes from is in ruleset-file.h, the host's
 * table in firewall.h. */
#pragma once

#include "ruleset-file.h"

#include <stdbool.h>

/* All of these say what nft says, as "PATH:LINE: what" (NFT_ERROR). @ruleset NULL: no rules. */

/* Would @ruleset load before any link is there? Tried in a namespace of its own, that nobody sees. */
bool ruleset_test(const Ruleset *ruleset, GError **error);

/* Replaces the rules of the namespace @nsfd, that has no links yet, by @ruleset. */
bool ruleset_load(const Ruleset *ruleset, int nsfd, GError **error);

/* The same while links may be up: tested first, and at no moment without either the rules before or @ruleset.
 */
bool ruleset_reload(const Ruleset *ruleset, int nsfd, GError **error);
