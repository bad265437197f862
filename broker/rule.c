/* rule.c - [Rule X]: policy routing inside the namespace. */
#include "parse.h"
#include "route.h"

#include <linux/fib_rules.h>

static void put_prefix(struct nlmsghdr *h, uint16_t type, const IpPrefix *prefix)
{
    if (prefix->length)
        mnl_attr_put(h, type, ip_address_bits(prefix->address.family) / 8, prefix->address.bytes);
}

static void put_selectors(struct nlmsghdr *h, const RuleConf *rule)
{
    put_prefix(h, FRA_SRC, &rule->from);
    put_prefix(h, FRA_DST, &rule->to);
    if (rule->incoming.text[0])
        mnl_attr_put_strz(h, FRA_IIFNAME, rule->incoming.text);
    if (rule->outgoing.text[0])
        mnl_attr_put_strz(h, FRA_OIFNAME, rule->outgoing.text);
    if (rule->has_mark) {
        mnl_attr_put_u32(h, FRA_FWMARK, rule->mark);
        mnl_attr_put_u32(h, FRA_FWMASK, rule->mask);
    }
    if (rule->has_uids) {
        struct fib_rule_uid_range range = {rule->uid_first, rule->uid_last};
        mnl_attr_put(h, FRA_UID_RANGE, sizeof range, &range);
    }
}

static void queue_rule(const Plan *plan, const RuleConf *rule, uint8_t family)
{
    g_autofree char *cite = conf_cite(rule->lines, "Table");
    struct fib_rule_hdr rule_header = {
        .family = family,
        .src_len = rule->from.length,
        .dst_len = rule->to.length,
        .action = rule->action,
        .flags = rule->invert ? FIB_RULE_INVERT : 0,
    };
    struct nlmsghdr *h = nl_add(plan->inside, g_strdup_printf("%s: cannot set the rule", cite), RTM_NEWRULE,
                                NLM_F_CREATE | NLM_F_EXCL, &rule_header, sizeof rule_header);

    put_selectors(h, rule);
    if (rule->action == FR_ACT_TO_TBL)
        mnl_attr_put_u32(h, FRA_TABLE, rule->table);
    if (rule->has_priority)
        mnl_attr_put_u32(h, FRA_PRIORITY, rule->priority);
    if (rule->suppress_prefixlength >= 0)
        mnl_attr_put_u32(h, FRA_SUPPRESS_PREFIXLEN, (uint32_t)rule->suppress_prefixlength);
    mnl_attr_put_u8(h, FRA_PROTOCOL, ROUTE_PROTOCOL);
}

static bool is_first_from(const Plan *plan, guint index)
{
    const LinkPlan *link = plan->links->pdata[index];

    for (guint i = 0; i < index; i++) {
        const LinkPlan *other = plan->links->pdata[i];
        if (g_str_equal(other->conf->prefixes_from.text, link->conf->prefixes_from.text))
            return false;
    }
    return link->conf->prefixes_from.text[0] != '\0';
}

static void queue_from(const Plan *plan, const LinkConf *link, uint8_t family)
{
    g_autofree char *cite = conf_cite(link->lines, "PrefixesFrom");
    struct fib_rule_hdr header = {.family = family, .action = FR_ACT_TO_TBL};
    struct nlmsghdr *h = nl_add(plan->inside, g_strdup_printf("%s: cannot set the rule", cite), RTM_NEWRULE,
                                NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);

    mnl_attr_put_strz(h, FRA_IIFNAME, link->prefixes_from.text);
    mnl_attr_put_u32(h, FRA_TABLE, ROUTE_FROM_TABLE);
    mnl_attr_put_u8(h, FRA_PROTOCOL, ROUTE_PROTOCOL);
}

static bool has_family(const GPtrArray *prefixes, int family)
{
    for (guint i = 0; i < prefixes->len; i++)
        if (((const IpPrefix *)prefixes->pdata[i])->address.family == family)
            return true;
    return false;
}

/* One rule for each interface that may find them, of the families that there are. */
static void queue_froms(const Plan *plan)
{
    bool ipv6 = false, ipv4 = false;

    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        bool from = link->conf->prefixes_from.text[0] != '\0';
        ipv4 = ipv4 || (from && has_family(link->prefixes, AF_INET));
        ipv6 = ipv6 || (from && has_family(link->prefixes, AF_INET6));
    }
    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        if (ipv4 && is_first_from(plan, i))
            queue_from(plan, link->conf, AF_INET);
        if (ipv6 && is_first_from(plan, i))
            queue_from(plan, link->conf, AF_INET6);
    }
}

void rule_queue_all(const Plan *plan)
{
    for (guint i = 0; i < plan->conf->rules->len; i++) {
        const RuleConf *rule = plan->conf->rules->pdata[i];
        if (rule->families & FAMILIES_IPV4)
            queue_rule(plan, rule, AF_INET);
        if (rule->families & FAMILIES_IPV6)
            queue_rule(plan, rule, AF_INET6);
    }
    queue_froms(plan);
}
