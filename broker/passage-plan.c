/* passage-plan.c - see passage-plan.h. */
#include "passage-plan.h"

#include "filter-walk.h"

#include <linux/netfilter.h>
#include <string.h>

#define ANY_STATE (FILTER_STATE_NEW | FILTER_STATE_ESTABLISHED | FILTER_STATE_RELATED)
#define ANSWER (FILTER_STATE_ESTABLISHED | FILTER_STATE_RELATED)

/* One rule, and the packets it is for. Groups as in firewall.h. */
typedef struct Kind {
    int hook;
    FilterPacket packet;
    const char *comment, *nft, *xtables;
} Kind;

#define FROM_NFT "meta iifgroup & 0xffff0000 == 0x6e620000 "
#define TO_NFT "meta oifgroup & 0xffff0000 == 0x6e620000 "
#define FROM_XT "-m devgroup --src-group 0x6e620000/0xffff0000 "
#define TO_XT "-m devgroup --dst-group 0x6e620000/0xffff0000 "
#define SOLICIT_XT "-p ipv6-icmp -m icmp6 --icmpv6-type 135 "
#define ADVERT_XT "-p ipv6-icmp -m icmp6 --icmpv6-type 136 "
#define ANSWER_XT "-m conntrack --ctstate RELATED,ESTABLISHED "

/* Without neighbour discovery between a namespace and the host there is no IPv6 at all; conntrack does not
 * track it, and where a filter takes it from named interfaces only, ours is none of them. */
static const Kind kinds[] = {
    {NF_INET_FORWARD, {FILTER_NAMESPACE, FILTER_ELSEWHERE, ANY_STATE}, "from namespaces", FROM_NFT, FROM_XT},
    {NF_INET_FORWARD,
     {FILTER_ELSEWHERE, FILTER_NAMESPACE, ANSWER},
     "answers to namespaces",
     TO_NFT "ct state established,related",
     TO_XT ANSWER_XT},
    {NF_INET_FORWARD,
     {FILTER_ELSEWHERE, FILTER_NAMESPACE, FILTER_STATE_NEW, .dnat = true},
     "published ports",
     TO_NFT "ct status dnat",
     TO_XT "-m conntrack --ctstate DNAT "},
    {NF_INET_LOCAL_IN,
     {FILTER_NAMESPACE, FILTER_HOST, ANY_STATE},
     "HostAccess=yes",
     "meta iifgroup & 0xffff0002 == 0x6e620002",
     "-m devgroup --src-group 0x6e620002/0xffff0002 "},
    {NF_INET_LOCAL_IN,
     {FILTER_NAMESPACE, FILTER_HOST, ANSWER},
     "answers from namespaces",
     FROM_NFT "ct state established,related",
     FROM_XT ANSWER_XT},
    {NF_INET_LOCAL_IN,
     {FILTER_NAMESPACE, FILTER_HOST, FILTER_STATE_UNTRACKED, .icmpv6 = 135},
     "neighbour solicitation",
     FROM_NFT "icmpv6 type nd-neighbor-solicit",
     SOLICIT_XT FROM_XT},
    {NF_INET_LOCAL_IN,
     {FILTER_NAMESPACE, FILTER_HOST, FILTER_STATE_UNTRACKED, .icmpv6 = 136},
     "neighbour advertisement",
     FROM_NFT "icmpv6 type nd-neighbor-advert",
     ADVERT_XT FROM_XT},
    {NF_INET_LOCAL_OUT,
     {FILTER_HOST, FILTER_NAMESPACE, ANSWER},
     "answers to namespaces",
     TO_NFT "ct state established,related",
     TO_XT ANSWER_XT},
    {NF_INET_LOCAL_OUT,
     {FILTER_HOST, FILTER_NAMESPACE, FILTER_STATE_UNTRACKED, .icmpv6 = 135},
     "neighbour solicitation",
     TO_NFT "icmpv6 type nd-neighbor-solicit",
     SOLICIT_XT TO_XT},
    {NF_INET_LOCAL_OUT,
     {FILTER_HOST, FILTER_NAMESPACE, FILTER_STATE_UNTRACKED, .icmpv6 = 136},
     "neighbour advertisement",
     TO_NFT "icmpv6 type nd-neighbor-advert",
     ADVERT_XT TO_XT},
};

static void rule_free(void *data)
{
    PassageRule *rule = data;

    g_free(rule->comment);
    g_free(rule->nft);
    g_free(rule->xtables);
    g_free(rule);
}

/* @comment without FILTER_OURS, taken over as are the others. */
static void add_rule(PassagePlan *plan, guint at, guint stop, char *comment, char *nft, char *xtables)
{
    PassageRule *rule = g_new0(PassageRule, 1);

    *rule = (PassageRule){at, stop, g_strconcat(FILTER_OURS, comment, NULL), nft, xtables};
    g_free(comment);
    g_ptr_array_add(plan->rules, rule);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "-o docker0 -j DOCKER", in whichever chain this version of Docker has that: the bridge. */
static char *bridge_of(const FilterRule *rule)
{
    const FilterCondition *only = rule->conditions->len == 1 ? rule->conditions->pdata[0] : NULL;

    return only && only->subject == FILTER_OIF && !only->negated && g_strcmp0(rule->target, "DOCKER") == 0
               ? only->words[0]
               : NULL;
}

static GPtrArray *docker_bridges(const FilterTable *table)
{
    GPtrArray *bridges = g_ptr_array_new();

    for (guint c = 0; c < table->order->len; c++) {
        const FilterChain *chain = table->order->pdata[c];
        for (guint r = 0; r < chain->rules->len; r++) {
            char *bridge = bridge_of(chain->rules->pdata[r]);
            if (bridge && !g_ptr_array_find_with_equal_func(bridges, bridge, g_str_equal, NULL))
                g_ptr_array_add(bridges, bridge);
        }
    }
    g_ptr_array_sort(bridges, by_text);
    return bridges;
}

/* Before its version 28 Docker protects what containers do not publish by nothing but FORWARD's policy: they
 * are left to that, or every namespace could reach them. */
static void spare_containers(PassagePlan *plan, guint at, guint stop)
{
    g_autoptr(GPtrArray) bridges = docker_bridges(plan->table);

    for (guint i = 0; i < bridges->len; i++) {
        const char *bridge = bridges->pdata[i];
        add_rule(plan, at, stop, g_strconcat("not into ", bridge, NULL), NULL,
                 g_strdup_printf("-o %s " FROM_XT "-j RETURN", bridge));
    }
}

static bool concerns(const Kind *kind, const PassagePlan *plan)
{
    return kind->hook == plan->chain->hook &&
           (!kind->packet.icmpv6 || !g_str_equal(plan->table->family, "ip"));
}

static void want(PassagePlan *plan, const Kind *kind)
{
    FilterStop stop = filter_walk(plan->table, plan->chain, &kind->packet);
    guint at = stop.stopped ? filter_walk_back(plan->table, plan->chain, stop.at) : 0;

    if (!stop.stopped)
        return;
    if (!plan->stopped) /* the first kind is what people will notice */
        plan->stop = (PassageObstacle){plan->table, plan->chain, stop.chain, stop.rule};
    plan->stopped = true;
    if (plan->table->tool != FILTER_NFT && kind->packet.to == FILTER_ELSEWHERE)
        spare_containers(plan, at, stop.at);
    add_rule(plan, at, stop.at, g_strdup(kind->comment), g_strconcat(kind->nft, " accept", NULL),
             g_strconcat(kind->xtables, "-j ACCEPT", NULL));
}

static int by_place(const void *a, const void *b)
{
    const PassageRule *left = *(PassageRule *const *)a, *right = *(PassageRule *const *)b;

    return left->at < right->at ? -1 : left->at > right->at;
}

/* The rules of ours that are there are those that are wanted, and each stands before what would stop its
 * packets. */
static bool in_place(const PassagePlan *plan)
{
    guint next = 0;

    for (guint i = 0; i < plan->chain->rules->len; i++) {
        const FilterRule *rule = plan->chain->rules->pdata[i];
        const PassageRule *wanted = next < plan->rules->len ? plan->rules->pdata[next] : NULL;
        if (!rule->ours)
            continue;
        if (!wanted || i >= wanted->stop || !g_str_equal(rule->ours, wanted->comment))
            return false;
        next++;
    }
    return next == plan->rules->len;
}

static PassagePlan *plan_empty(const FilterTable *table, FilterChain *base)
{
    PassagePlan *plan = g_new0(PassagePlan, 1);

    plan->table = table;
    plan->chain = base;
    plan->rules = g_ptr_array_new_with_free_func(rule_free);
    return plan;
}

PassagePlan *passage_plan_new(const FilterTable *table, FilterChain *base)
{
    PassagePlan *plan = plan_empty(table, base);

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (concerns(&kinds[i], plan))
            want(plan, &kinds[i]);
    g_ptr_array_sort(plan->rules, by_place); /* stable */
    plan->named =
        base->hook == NF_INET_FORWARD ? filter_walk_named(table, base, &kinds[0].packet) : g_ptr_array_new();
    plan->in_place = in_place(plan);
    return plan;
}

PassagePlan *passage_plan_none(const FilterTable *table, FilterChain *base)
{
    PassagePlan *plan = plan_empty(table, base);

    plan->named = g_ptr_array_new();
    plan->in_place = in_place(plan);
    return plan;
}

void passage_plan_free(PassagePlan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->rules);
    g_ptr_array_unref(plan->named);
    g_free(plan->failed);
    g_free(plan);
}
