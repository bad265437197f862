/* conf-keys-route.c - what the values of [Route] and [Rule] look like. */
#include "conf-keys.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

static bool destination_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    if (!g_str_equal(line->value, "default"))
        return conf_type_prefix.parse(key, line, field, error);
    *(IpPrefix *)field = (IpPrefix){.line = line};
    return true;
}

static void destination_clear(const ConfKey *key, void *field)
{
    *(IpPrefix *)field = (IpPrefix){0};
}

static const ConfType type_destination = {destination_parse, destination_clear, false};

static const ConfWord table_words[] = {
    {"main", RT_TABLE_MAIN}, {"default", RT_TABLE_DEFAULT}, {"local", RT_TABLE_LOCAL}, {}};

static const ConfWord route_types[] = {
    {"unicast", RTN_UNICAST},
    {"blackhole", RTN_BLACKHOLE},
    {"unreachable", RTN_UNREACHABLE},
    {"prohibit", RTN_PROHIBIT},
    {"throw", RTN_THROW},
    {"local", RTN_LOCAL},
    {},
};

const ConfKey conf_route_keys[] = {
    {.name = "Destination", .offset = offsetof(RouteConf, destination), .type = &type_destination},
    CONF_KEY("Gateway", RouteConf, gateway),
    CONF_KEY("GatewayOnLink", RouteConf, onlink),
    CONF_KEY("PreferredSource", RouteConf, source),
    CONF_KEY("Link", RouteConf, link),
    CONF_KEY("Table", RouteConf, table, .words = table_words, .min = 1),
    CONF_KEY("Metric", RouteConf, metric),
    MTU_KEY("MTU", RouteConf),
    MTU_KEY("MTUBytes", RouteConf),
    CONF_KEY("Type", RouteConf, type, .words = route_types, .initial = RTN_UNICAST),
    {},
};

/* MARK or MARK/MASK */
static bool mark_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    RuleConf *rule = field;
    const char *slash = strchr(line->value, '/');
    g_autofree char *text =
        slash ? g_strndup(line->value, (size_t)(slash - line->value)) : g_strdup(line->value);
    uint32_t mark, mask = UINT32_MAX;
    if (!number_read(text, &mark) || (slash && !number_read(slash + 1, &mask)))
        return conf_fail(line, error, "write it as MARK or MARK/MASK, numbers like 17 or 0x11");
    if (mark & ~mask)
        return conf_fail(line, error, "the mark has bits outside of its mask: it would never match");
    rule->has_mark = true;
    rule->mark = mark;
    rule->mask = mask;
    return true;
}

static void mark_clear(const ConfKey *key, void *field)
{
    RuleConf *rule = field;
    rule->has_mark = false;
    rule->mark = rule->mask = 0;
}

static const ConfType type_mark = {mark_parse, mark_clear, false};

/* UID or UID-UID. Numbers only: a name would have to be looked up where the rule is made. */
static bool uids_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    RuleConf *rule = field;
    const char *dash = strchr(line->value, '-');
    g_autofree char *text =
        dash ? g_strndup(line->value, (size_t)(dash - line->value)) : g_strdup(line->value);
    uint32_t first, last;
    if (!number_read(text, &first) || !number_read(dash ? dash + 1 : text, &last))
        return conf_fail(line, error, "write it as UID or UID-UID, in numbers");
    if (first > last || last == UINT32_MAX)
        return conf_fail(line, error, "not a range of user ids");
    rule->has_uids = true;
    rule->uid_first = first;
    rule->uid_last = last;
    return true;
}

static void uids_clear(const ConfKey *key, void *field)
{
    RuleConf *rule = field;
    rule->has_uids = false;
    rule->uid_first = rule->uid_last = 0;
}

static const ConfType type_uids = {uids_parse, uids_clear, false};

static bool priority_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    RuleConf *rule = field;
    uint32_t priority;
    if (!number_read(line->value, &priority))
        return conf_fail(line, error, "must be a number from 0 to 4294967295");
    rule->has_priority = true;
    rule->priority = priority;
    return true;
}

static void priority_clear(const ConfKey *key, void *field)
{
    RuleConf *rule = field;
    rule->has_priority = false;
    rule->priority = 0;
}

static const ConfType type_priority = {priority_parse, priority_clear, false};

static const ConfWord rule_families[] = {
    {"ipv4", FAMILIES_IPV4}, {"ipv6", FAMILIES_IPV6}, {"both", FAMILIES_BOTH}, {}};

static const ConfWord rule_types[] = {
    {"table", FR_ACT_TO_TBL},
    {"blackhole", FR_ACT_BLACKHOLE},
    {"unreachable", FR_ACT_UNREACHABLE},
    {"prohibit", FR_ACT_PROHIBIT},
    {},
};

const ConfKey conf_rule_keys[] = {
    CONF_KEY("Family", RuleConf, families, .words = rule_families),
    CONF_KEY("From", RuleConf, from),
    CONF_KEY("To", RuleConf, to),
    CONF_WHOLE("FirewallMark", type_mark),
    CONF_KEY("IncomingInterface", RuleConf, incoming),
    CONF_KEY("OutgoingInterface", RuleConf, outgoing),
    CONF_WHOLE("User", type_uids),
    CONF_KEY("Invert", RuleConf, invert),
    CONF_KEY("Table", RuleConf, table, .words = table_words, .min = 1),
    CONF_WHOLE("Priority", type_priority),
    CONF_KEY("SuppressPrefixLength", RuleConf, suppress_prefixlength),
    CONF_KEY("Type", RuleConf, action, .words = rule_types, .initial = FR_ACT_TO_TBL),
    {},
};
