/* filter-xtables.h - a table of iptables, of either kind, as `iptables -S` prints it. */
#pragma once

#include "filter.h"

/* Into @table; the built-in chains FORWARD, INPUT and OUTPUT become base chains. Lines that are no rule
 * (iptables warns on the way) are passed over, and of what is not understood it is assumed that only some
 * packets meet it. */
void filter_xtables_read(FilterTable *table, const char *printed);
