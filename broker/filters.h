/* filters.h - all packet filters of the host that are not ours. */
#pragma once

#include "filter.h"

/* By which a change is noticed without reading them: nftables' generation and what iptables-legacy prints,
 * as its tables have none. */
typedef struct FiltersMark {
    uint32_t generation;
    char *legacy[2]; /* for IPv4 and IPv6; NULL: there is no such table */
} FiltersMark;

/* Forks for iptables-legacy alone, and only where it has a table; looking makes none. */
bool filters_mark(FiltersMark *ret, GError **error);
void filters_mark_done(FiltersMark *mark);
/* The mark as one line of text; owned by the caller. */
char *filters_mark_text(const FiltersMark *mark);

/* Is there a filter of iptables-legacy? Of its changes nobody is told. */
bool filters_have_legacy(void);
/* There is one, and this process may not speak to it: that takes a raw socket (libiptc), which the worker in
 * netns@.service is not given, but who watches is. */
bool filters_left_to_watch(void);

/* May there be anything in our way? Asks the kernel over netlink, once: 1 yes, 0 no, -1 and an error. */
int filters_matter(GError **error);

/* FilterTable*, with free function, each chain with what is known of why it cannot be changed. Runs nft(8)
 * once, and iptables-nft(8) for each family that is its own. NULL and an error. */
GPtrArray *filters_read(const FiltersMark *mark, GError **error);

/* A rule of nftables' as nft(8) writes it, or "handle N"; owned by the caller. */
char *filters_rule_text(const FilterTable *table, const FilterChain *chain, const FilterRule *rule);

/* Path of iptables for the table's family and kind with @suffix ("-restore", ""); owned by the caller. */
char *filters_iptables(const FilterTable *table, const char *suffix);
