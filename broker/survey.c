/* survey.c - what is in a namespace (its links are survey-link.c's), read from the kernel and put into
 * iproute2's words. */
#include "survey.h"

#include "attr.h"
#include "nl.h"
#include "survey-link.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <stdio.h>
#include <string.h>

typedef struct Survey {
    json_t *links, *routes, *rules;
} Survey;

static void put_string(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_string(value));
}

static void put_link(json_t *object, const char *key, const Survey *survey, uint32_t index)
{
    if (index != 0)
        put_string(object, key,
                   json_string_value(json_object_get(survey_link_by_index(survey->links, index), "name")));
}

static void put_table(json_t *object, uint32_t table)
{
    if (table == RT_TABLE_MAIN)
        put_string(object, "table", "main");
    else if (table == RT_TABLE_DEFAULT)
        put_string(object, "table", "default");
    else if (table == RT_TABLE_LOCAL)
        put_string(object, "table", "local");
    else if (table != RT_TABLE_UNSPEC)
        json_object_set_new(object, "table", json_integer(table));
}

static const char *route_type(unsigned type)
{
    static const char *const words[] = {
        [RTN_UNICAST] = "unicast",    [RTN_BLACKHOLE] = "blackhole", [RTN_UNREACHABLE] = "unreachable",
        [RTN_PROHIBIT] = "prohibit",  [RTN_THROW] = "throw",         [RTN_NAT] = "nat",
        [RTN_LOCAL] = "local",        [RTN_BROADCAST] = "broadcast", [RTN_ANYCAST] = "anycast",
        [RTN_MULTICAST] = "multicast"};
    return type < G_N_ELEMENTS(words) && words[type] ? words[type] : "unknown";
}

static void put_nexthops(json_t *route, const Survey *survey, const struct nlattr *multipath, int family)
{
    json_t *hops = json_array();
    const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
    int left = mnl_attr_get_payload_len(multipath);
    for (; RTNH_OK(hop, left); left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
        Attributes a = attr_read_payload(RTNH_DATA(hop), hop->rtnh_len - sizeof *hop);
        g_autofree char *gateway = attr_address(&a, RTA_GATEWAY, family);
        json_t *entry = json_object();
        put_string(entry, "gateway", gateway);
        put_link(entry, "link", survey, (uint32_t)hop->rtnh_ifindex);
        json_array_append_new(hops, entry);
    }
    json_object_set_new(route, "nexthops", hops);
}

/* What `ip route show table all` shows but for what the kernel adds by itself for every address. */
static bool route_is_shown(const struct nlmsghdr *message, const struct rtmsg *header, uint32_t table)
{
    return message->nlmsg_type == RTM_NEWROUTE && table != RT_TABLE_LOCAL &&
           !(header->rtm_flags & RTM_F_CLONED) &&
           (header->rtm_family == AF_INET || header->rtm_family == AF_INET6);
}

static void put_gateway(json_t *route, const Attributes *a, int family)
{
    g_autofree char *gateway = attr_address(a, RTA_GATEWAY, family);
    const struct nlattr *via = a->of[RTA_VIA];
    char text[INET6_ADDRSTRLEN];
    if (gateway) {
        put_string(route, "gateway", gateway);
    } else if (via &&
               mnl_attr_get_payload_len(via) == sizeof(struct rtvia) + 16) { /* IPv4 by an IPv6 gateway */
        const struct rtvia *hop = mnl_attr_get_payload(via);
        put_string(route, "gateway", inet_ntop(AF_INET6, hop->rtvia_addr, text, sizeof text));
    }
}

static bool route_each(const struct nlmsghdr *message, void *user)
{
    Survey *survey = user;
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    uint32_t table = attr_u32(&a, RTA_TABLE, header->rtm_table);
    int family = header->rtm_family;
    if (!route_is_shown(message, header, table))
        return true;
    json_t *route = json_object();
    g_autofree char *destination = attr_prefix(&a, RTA_DST, family, header->rtm_dst_len);
    g_autofree char *source = attr_address(&a, RTA_PREFSRC, family);
    put_string(route, "family", family == AF_INET ? "ipv4" : "ipv6");
    put_string(route, "destination", destination ? destination : "default");
    put_string(route, "type", route_type(header->rtm_type));
    put_gateway(route, &a, family);
    put_link(route, "link", survey, attr_u32(&a, RTA_OIF, 0));
    put_string(route, "source", source);
    if (attr_u32(&a, RTA_PRIORITY, 0) != 0)
        json_object_set_new(route, "metric", json_integer(attr_u32(&a, RTA_PRIORITY, 0)));
    put_table(route, table);
    if (a.of[RTA_MULTIPATH])
        put_nexthops(route, survey, a.of[RTA_MULTIPATH], family);
    survey_append_once(survey->routes, route);
    return true;
}

/* Every namespace is born with these. */
static bool rule_is_stock(uint32_t priority, const struct fib_rule_hdr *header, uint32_t table)
{
    return header->src_len == 0 && header->dst_len == 0 &&
           ((priority == 0 && table == RT_TABLE_LOCAL) || (priority == 32766 && table == RT_TABLE_MAIN) ||
            (priority == 32767 && table == RT_TABLE_DEFAULT));
}

static void put_rule_selectors(json_t *rule, const Attributes *a, const struct fib_rule_hdr *header)
{
    g_autofree char *from = attr_prefix(a, FRA_SRC, header->family, header->src_len);
    g_autofree char *to = attr_prefix(a, FRA_DST, header->family, header->dst_len);
    char text[32];
    put_string(rule, "from", from);
    put_string(rule, "to", to);
    put_string(rule, "incoming", attr_string(a, FRA_IIFNAME));
    put_string(rule, "outgoing", attr_string(a, FRA_OIFNAME));
    if (attr_u32(a, FRA_FWMARK, 0) != 0 || attr_u32(a, FRA_FWMASK, 0) != 0) {
        snprintf(text, sizeof text, "%#x/%#x", attr_u32(a, FRA_FWMARK, 0),
                 attr_u32(a, FRA_FWMASK, UINT32_MAX));
        put_string(rule, "mark", text);
    }
    const struct fib_rule_uid_range *uids = attr_bytes(a, FRA_UID_RANGE, sizeof *uids);
    if (uids) {
        snprintf(text, sizeof text, "%u-%u", uids->start, uids->end);
        put_string(rule, "uids", text);
    }
}

static const char *rule_action(unsigned action)
{
    return action == FR_ACT_TO_TBL        ? "table"
           : action == FR_ACT_GOTO        ? "goto"
           : action == FR_ACT_NOP         ? "nop"
           : action == FR_ACT_BLACKHOLE   ? "blackhole"
           : action == FR_ACT_UNREACHABLE ? "unreachable"
           : action == FR_ACT_PROHIBIT    ? "prohibit"
                                          : "unknown";
}

static bool rule_each(const struct nlmsghdr *message, void *user)
{
    Survey *survey = user;
    const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    uint32_t table = attr_u32(&a, FRA_TABLE, header->table), priority = attr_u32(&a, FRA_PRIORITY, 0);
    if (message->nlmsg_type != RTM_NEWRULE || (header->family != AF_INET && header->family != AF_INET6) ||
        rule_is_stock(priority, header, table))
        return true;
    json_t *rule = json_object();
    put_string(rule, "family", header->family == AF_INET ? "ipv4" : "ipv6");
    json_object_set_new(rule, "priority", json_integer(priority));
    if (header->flags & FIB_RULE_INVERT)
        json_object_set_new(rule, "invert", json_true());
    put_rule_selectors(rule, &a, header);
    put_string(rule, "action", rule_action(header->action));
    if (header->action == FR_ACT_TO_TBL)
        put_table(rule, table);
    survey_append_once(survey->rules, rule);
    return true;
}

json_t *survey(int nsfd, GError **error)
{
    g_autoptr(Nl) nl = nl_open_at(nsfd, error);
    if (!nl)
        return NULL;
    Survey found = {.links = survey_links(nl, error), .routes = json_array(), .rules = json_array()};
    json_t *all =
        json_pack("{s:o*,s:o,s:o}", "links", found.links, "routes", found.routes, "rules", found.rules);
    if (found.links && nl_dump(nl, RTM_GETROUTE, AF_UNSPEC, route_each, &found, error) &&
        nl_dump(nl, RTM_GETRULE, AF_UNSPEC, rule_each, &found, error))
        return all;
    json_decref(all);
    return NULL;
}
