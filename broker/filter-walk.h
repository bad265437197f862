/* filter-walk.h - the way of a namespace's packets through a filter, in thought. */
#pragma once

#include "filter-fit.h"

/* What stops packets in a base chain. */
typedef struct FilterStop {
    bool stopped;
    guint at;                 /* before this index of the base chain; its length: at the end */
    const FilterChain *chain; /* where the rule is that does it; NULL: the policy */
    const FilterRule *rule;
} FilterStop;

/* The first rule, or the policy, of base chain @chain by which packets of the kind are dropped for no reason
 * of their own: not for their address, port or rate, and not because a way out is named. Rules of
 * netns-broker's are looked past. */
FilterStop filter_walk(const FilterTable *table, const FilterChain *chain, const FilterPacket *packet);

/* Where a rule is best put that lets packets pass which are stopped at @at: there, or before what only logs
 * them as stopped. */
guint filter_walk_back(const FilterTable *table, const FilterChain *chain, guint at);

/* The rules of a base chain that drop these packets when they leave by an interface which the rule names:
 * FilterRule*, of @chain itself. Those behind a stop are not looked at. */
GPtrArray *filter_walk_named(const FilterTable *table, const FilterChain *chain, const FilterPacket *packet);
