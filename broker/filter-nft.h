/* filter-nft.h - nftables' tables, as nft(8) lists them in JSON (libnftables-json(5)). */
#pragma once

#include "filter.h"

#include <jansson.h>

/* The tables of families inet, ip and ip6 but for those that @except begins, FilterTable*, of `nft -j -t list
 * ruleset`. What is not understood is taken as a condition that only some packets meet. NULL and an error
 * when it is not such a list. */
GPtrArray *filter_nft_read(const json_t *listed, const char *except, GError **error);
