/* filter-fit.c - see filter-fit.h. */
#include "filter-fit.h"

#include "firewall.h"

#include <stdlib.h>
#include <string.h>

/* What interfaces of ours are called, if not otherwise said (HostName=). */
#define PREFIX "vn-"

/* Where the packet passes an interface of ours. One namespace's is a thing in particular. */
static FilterFit our_name(const char *word)
{
    size_t length = strlen(word);

    if (length > 0 && word[length - 1] == '*' && strncmp(word, PREFIX, MIN(length - 1, strlen(PREFIX))) == 0)
        return length - 1 <= strlen(PREFIX) ? FILTER_ALL : FILTER_SOME;
    return g_str_has_prefix(word, PREFIX) || word[0] == '@' ? FILTER_SOME : FILTER_NEVER;
}

static bool names_none_elsewhere(const char *word)
{
    return g_str_equal(word, "lo") || g_str_has_prefix(word, PREFIX);
}

/* A way out that is named is respected: it may be a kill switch. A way in is any, as what comes that way is
 * let through as an answer only. */
static FilterFit fit_name(const char *word, FilterEnd end, bool incoming)
{
    if (end == FILTER_NAMESPACE)
        return our_name(word);
    if (end == FILTER_HOST || names_none_elsewhere(word))
        return FILTER_NEVER;
    return incoming ? FILTER_MOST : FILTER_SOME;
}

static FilterFit fit_group(const char *word, FilterEnd end)
{
    char *rest;
    uint32_t value = (uint32_t)strtoull(word, &rest, 0);
    uint32_t mask = *rest == '/' ? (uint32_t)strtoull(rest + 1, NULL, 0) : UINT32_MAX;

    if (end == FILTER_HOST)
        return FILTER_NEVER;
    if (end == FILTER_ELSEWHERE)
        return FILTER_SOME;
    if ((FIREWALL_GROUP & mask & FIREWALL_GROUP_MASK) != (value & FIREWALL_GROUP_MASK))
        return FILTER_NEVER;
    return (mask & ~FIREWALL_GROUP_MASK) == 0 && (value & ~FIREWALL_GROUP_MASK) == 0 ? FILTER_ALL
                                                                                     : FILTER_SOME;
}

static unsigned state_bit(const char *word)
{
    static const char *const words[] = {"new", "established", "related", "invalid", "untracked"};

    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(word, words[i]))
            return 1u << i;
    return 0;
}

static FilterFit fit_states(char *const *words, bool negated, const FilterPacket *packet)
{
    unsigned states = 0;

    for (; *words; words++) {
        if (packet->dnat && g_str_equal(*words, "dnat"))
            return negated ? FILTER_NEVER : FILTER_ALL;
        states |= state_bit(*words);
    }
    if (negated)
        states = ~states;
    if ((packet->states & ~states) == 0)
        return FILTER_ALL;
    return packet->states & states ? FILTER_MOST : FILTER_NEVER;
}

static bool is_any(const char *word, const char *const *of)
{
    return g_strv_contains(of, word);
}

static FilterFit fit_protocol(const char *word, const FilterPacket *packet)
{
    static const char *const general[] = {"tcp", "udp", "6", "17", NULL}, *const icmpv6[] = {"ipv6-icmp",
                                                                                             "icmpv6", "58",
                                                                                             NULL};

    if (packet->icmpv6)
        return is_any(word, icmpv6) ? FILTER_ALL : FILTER_NEVER;
    return is_any(word, general) ? FILTER_MOST : FILTER_SOME;
}

static FilterFit fit_icmpv6(const char *word, const FilterPacket *packet)
{
    int type = g_str_equal(word, "nd-neighbor-solicit")  ? 135
               : g_str_equal(word, "nd-neighbor-advert") ? 136
                                                         : atoi(word);

    if (!packet->icmpv6)
        return FILTER_SOME;
    return type == packet->icmpv6 ? FILTER_ALL : FILTER_NEVER;
}

static FilterFit fit_family(const char *word, const FilterPacket *packet)
{
    if (!packet->icmpv6)
        return FILTER_MOST;
    return g_str_equal(word, "ipv6") ? FILTER_ALL : FILTER_NEVER;
}

static FilterFit fit_word(const FilterCondition *condition, const char *word, const FilterPacket *packet)
{
    switch (condition->subject) {
    case FILTER_IIF:
        return fit_name(word, packet->from, true);
    case FILTER_OIF:
        return fit_name(word, packet->to, false);
    case FILTER_IIFGROUP:
        return fit_group(word, packet->from);
    case FILTER_OIFGROUP:
        return fit_group(word, packet->to);
    case FILTER_STATUS:
        return !g_str_equal(word, "dnat") ? FILTER_SOME : packet->dnat ? FILTER_ALL : FILTER_NEVER;
    case FILTER_FAMILY:
        return fit_family(word, packet);
    case FILTER_PROTOCOL:
        return fit_protocol(word, packet);
    case FILTER_ICMPV6:
        return fit_icmpv6(word, packet);
    case FILTER_HOPS: /* neighbours have 255, or are no neighbours (RFC 4861, 7.1) */
        return packet->icmpv6 && g_str_equal(word, "255") ? FILTER_ALL : FILTER_SOME;
    case FILTER_STATE:
    case FILTER_OTHER:
        break;
    }
    return FILTER_SOME;
}

static FilterFit opposite(FilterFit fit)
{
    return (FilterFit)(FILTER_ALL - fit);
}

static FilterFit fit_condition(const FilterCondition *condition, const FilterPacket *packet)
{
    FilterFit best = FILTER_NEVER;

    if (condition->subject == FILTER_STATE)
        return fit_states(condition->words, condition->negated, packet);
    for (char **word = condition->words; *word; word++)
        best = MAX(best, fit_word(condition, *word, packet));
    /* an interface that we do not know: it may be the one that is named, or not */
    if ((best == FILTER_SOME && condition->subject == FILTER_OIF && packet->to == FILTER_ELSEWHERE) ||
        (best == FILTER_MOST && condition->subject == FILTER_IIF))
        return best;
    return condition->negated ? opposite(best) : best;
}

FilterFit filter_fit(const FilterRule *rule, const FilterPacket *packet)
{
    FilterFit worst = FILTER_ALL;

    for (guint i = 0; i < rule->conditions->len && worst != FILTER_NEVER; i++)
        worst = MIN(worst, fit_condition(rule->conditions->pdata[i], packet));
    return worst;
}
