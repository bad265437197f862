/* filter-list.h - the host's nftables ruleset in nft(8)'s JSON, also where nft cannot say it. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* {"nftables": […]} (libnftables-json(5)) of what is in the host's ruleset, possibly without the tables that
 * @except begins; without elements of sets. Owned by the caller. NULL and an error. */
json_t *filter_list(const char *except, GError **error);
