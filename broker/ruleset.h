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
 * @besides: commands of ours for the same transaction, NULL: none. */
bool ruleset_reload(const Ruleset *ruleset, const char *besides, int nsfd, GError **error);

/* The rules of @nsfd as a text for a file: no counts, nothing that expires. Owned by the caller. */
char *ruleset_list(int nsfd, GError **error);

/* What ruleset_list() would print after @text had been loaded, tried as in ruleset_test(); the error has no
 * "PATH:LINE: ", but the line as its code. */
char *ruleset_list_text(const char *text, GError **error);
