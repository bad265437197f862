/* passage-plan.h - which rules of ours a base chain of another program's needs, and where.
 *
 * A rule stands as late as it can: before what would drop the packets for no reason of their own, and behind
 * what the other program forbids in particular. */
#pragma once

#include "filter.h"

#define PASSAGE_HOOKS (1u << 1 | 1u << 2 | 1u << 3) /* NF_INET_LOCAL_IN, _FORWARD, _LOCAL_OUT */

typedef struct PassageRule {
    guint at;      /* before this rule of the chain as it is; the chain's length: at the end */
    guint stop;    /* not behind this one */
    char *comment; /* by which it is known again */
    char *nft;     /* conditions and verdict, for nft(8) */
    char *xtables; /* the same for iptables */
} PassageRule;

/* What is in the way of namespaces and stays there. */
typedef struct PassageObstacle {
    const FilterTable *table;
    const FilterChain *base;  /* whose hook it is */
    const FilterChain *chain; /* where the rule is; NULL: it is @base's policy */
    const FilterRule *rule;
} PassageObstacle;

typedef struct PassagePlan {
    const FilterTable *table;
    FilterChain *chain;
    GPtrArray *rules; /* PassageRule*, in the order in which they are to stand */
    bool in_place;    /* they are there and reached, and no others of ours */
    bool stopped;     /* without them packets are: */
    PassageObstacle stop;
    GPtrArray *named; /* what may stop packets all the same: FilterRule* of @chain, which name a way out */
    char *failed;     /* why the chain is not as planned (passage-edit.h) */
} PassagePlan;

PassagePlan *passage_plan_new(const FilterTable *table, FilterChain *base);
/* None of ours. */
PassagePlan *passage_plan_none(const FilterTable *table, FilterChain *base);
void passage_plan_free(PassagePlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PassagePlan, passage_plan_free)
