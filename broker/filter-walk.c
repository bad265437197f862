/* filter-walk.c - see filter-walk.h.
 *
 * In doubt a drop counts and an accept does not: an accept of ours too many lets nothing pass that our own
 * table (firewall.h) would not. */
#include "filter-walk.h"

/* The kernel allows 16 jumps (NFT_JUMP_STACK_SIZE); a loop it does not load. */
#define DEPTH 16

typedef enum Fate { FATE_THROUGH, FATE_PASSED, FATE_STOPPED } Fate;

typedef struct Walk {
    const FilterTable *table;
    const FilterPacket *packet;
    const FilterChain *chain; /* of the rule that stopped it */
    const FilterRule *rule;
    guint at; /* in the outermost chain: the rule that ended it, or its length */
} Walk;

static Fate walk_chain(Walk *walk, const FilterChain *chain, int depth);

static Fate walk_into(Walk *walk, const FilterRule *rule, int depth)
{
    const FilterChain *target = filter_chain_get(walk->table, rule->target);

    return target && depth < DEPTH ? walk_chain(walk, target, depth + 1) : FATE_THROUGH;
}

/* FATE_THROUGH with *ret_left: no more of this chain. */
static Fate walk_rule(Walk *walk, const FilterChain *chain, const FilterRule *rule, int depth, bool *ret_left)
{
    FilterFit fit = filter_fit(rule, walk->packet);
    Fate fate = FATE_THROUGH;

    switch (rule->verdict) {
    case FILTER_GOES_ON:
    case FILTER_LOG:
        return FATE_THROUGH;
    case FILTER_ACCEPT:
        return fit == FILTER_ALL ? FATE_PASSED : FATE_THROUGH;
    case FILTER_RETURN:
        *ret_left = fit == FILTER_ALL;
        return FATE_THROUGH;
    case FILTER_DROP:
        if (fit < FILTER_MOST)
            return FATE_THROUGH;
        walk->chain = chain;
        walk->rule = rule;
        return FATE_STOPPED;
    case FILTER_JUMP:
    case FILTER_GOTO:
        if (fit < FILTER_MOST)
            return FATE_THROUGH;
        fate = walk_into(walk, rule, depth);
        *ret_left = fate == FATE_THROUGH && rule->verdict == FILTER_GOTO && fit == FILTER_ALL;
        return fate == FATE_PASSED && fit != FILTER_ALL ? FATE_THROUGH : fate;
    }
    return FATE_THROUGH;
}

static Fate walk_chain(Walk *walk, const FilterChain *chain, int depth)
{
    bool left = false;

    for (guint i = 0; i < chain->rules->len && !left; i++) {
        const FilterRule *rule = chain->rules->pdata[i];
        Fate fate = rule->ours ? FATE_THROUGH : walk_rule(walk, chain, rule, depth, &left);
        if (depth == 0 && (fate != FATE_THROUGH || left))
            walk->at = i;
        if (fate != FATE_THROUGH)
            return fate;
    }
    return FATE_THROUGH;
}

FilterStop filter_walk(const FilterTable *table, const FilterChain *chain, const FilterPacket *packet)
{
    Walk walk = {.table = table, .packet = packet, .at = chain->rules->len};
    Fate fate = walk_chain(&walk, chain, 0);

    if (fate == FATE_STOPPED)
        return (FilterStop){true, walk.at, walk.chain, walk.rule};
    if (fate == FATE_THROUGH && chain->drops)
        return (FilterStop){true, walk.at, NULL, NULL};
    return (FilterStop){false};
}

/* Nothing happens in it but that packets are logged; *ret_logs: and that they are. */
static bool only_logs(const FilterTable *table, const FilterRule *rule, int depth, bool *ret_logs)
{
    const FilterChain *target = filter_chain_get(table, rule->target);

    if (rule->ours || rule->verdict == FILTER_RETURN)
        return true;
    if (rule->verdict == FILTER_LOG)
        *ret_logs = true;
    if (rule->verdict != FILTER_JUMP || !target || depth >= DEPTH)
        return rule->verdict == FILTER_LOG;
    for (guint i = 0; i < target->rules->len; i++)
        if (!only_logs(table, target->rules->pdata[i], depth + 1, ret_logs))
            return false;
    return true;
}

guint filter_walk_back(const FilterTable *table, const FilterChain *chain, guint at)
{
    guint best = at;

    for (guint i = at; i-- > 0;) {
        const FilterRule *rule = chain->rules->pdata[i];
        bool logs = false;
        if (rule->verdict == FILTER_RETURN || !only_logs(table, rule, 0, &logs))
            break;
        if (logs)
            best = i;
    }
    return best;
}

static bool is_by_name(const FilterRule *rule)
{
    for (guint i = 0; i < rule->conditions->len; i++) {
        const FilterCondition *condition = rule->conditions->pdata[i];
        if (condition->subject == FILTER_OIF)
            return true;
    }
    return false;
}

/* The rule as it would be without the name of the way out. */
static bool drops_else(const FilterRule *rule, const FilterPacket *packet)
{
    FilterRule rest = *rule;
    bool drops;

    rest.conditions = g_ptr_array_new();
    for (guint i = 0; i < rule->conditions->len; i++) {
        FilterCondition *condition = rule->conditions->pdata[i];
        if (condition->subject != FILTER_OIF)
            g_ptr_array_add(rest.conditions, condition);
    }
    drops = filter_fit(&rest, packet) >= FILTER_MOST;
    g_ptr_array_unref(rest.conditions);
    return drops;
}

GPtrArray *filter_walk_named(const FilterTable *table, const FilterChain *chain, const FilterPacket *packet)
{
    FilterStop stop = filter_walk(table, chain, packet);
    guint end = stop.stopped ? stop.at : chain->rules->len;
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < end; i++) {
        FilterRule *rule = chain->rules->pdata[i];
        if (!rule->ours && rule->verdict == FILTER_DROP && is_by_name(rule) &&
            filter_fit(rule, packet) == FILTER_SOME && drops_else(rule, packet))
            g_ptr_array_add(found, rule);
    }
    return found;
}
