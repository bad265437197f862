/* conf-check-route.c - the checks of routes and rules: families, tables, where they lead. */
#include "conf-check.h"
#include "link.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

static bool route_has_link(const RouteConf *route)
{
    return route->type == RTN_UNICAST || route->type == RTN_LOCAL;
}

/* "default", or no destination at all, has the family of what else is said. */
static void destination_settle(const Check *check, RouteConf *route)
{
    if (route->destination.address.family != AF_UNSPEC)
        return;
    int family = route->gateway.family != AF_UNSPEC ? route->gateway.family : route->source.family;
    if (family == AF_UNSPEC)
        check_slip_key(check, route->lines, "Destination",
                       "default needs a Gateway= to tell IPv4 from IPv6; else write 0.0.0.0/0 or ::/0");
    route->destination.address.family = family;
}

static void route_families_check(const Check *check, const RouteConf *route)
{
    int family = route->destination.address.family;
    if (family == AF_UNSPEC)
        return;
    if (route->gateway.family != AF_UNSPEC && route->gateway.family != family)
        check_slip_key(check, route->lines, "Gateway", "an %s gateway for an %s destination",
                       check_family(route->gateway.family), check_family(family));
    if (route->source.family != AF_UNSPEC && route->source.family != family)
        check_slip_key(check, route->lines, "PreferredSource", "an %s source for an %s destination",
                       check_family(route->source.family), check_family(family));
    if (family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
        check_slip_key(check, route->lines, "Destination",
                       "[Namespace] IPv6=no, so there can be no IPv6 route");
}

const LinkConf *check_link_named(const Check *check, const GPtrArray *lines, const char *label)
{
    g_autoptr(GPtrArray) labels = g_ptr_array_new();
    for (guint i = 0; i < check->conf->links->len; i++) {
        const LinkConf *link = check->conf->links->pdata[i];
        if (g_str_equal(link->label, label))
            return link;
        g_ptr_array_add(labels, link->label);
    }
    g_ptr_array_add(labels, NULL);
    const char *nearest = word_nearest(label, (const char *const *)labels->pdata);
    check_slip_key(check, lines, "Link", "there is no [Link %s]%s%s%s", label,
                   nearest ? ", did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    return NULL;
}

static void route_link_check(const Check *check, const RouteConf *route)
{
    const LinkConf *link = route->link ? check_link_named(check, route->lines, route->link) : NULL;

    if (link && link->kind->awaits)
        check_slip_key(check, route->lines, "Link",
                       "[Link %s] comes later; what is routed by it is said by its Prefixes=", link->label);
    if (!route->link && route->type == RTN_UNICAST && route->gateway.family == AF_UNSPEC &&
        check->conf->links->len != 1)
        check_slip_key(check, route->lines, "Link",
                       check->conf->links->len
                           ? "is missing: without a Gateway= nothing says which link it is"
                           : "is missing: the namespace has no link that could carry a route");
}

static void route_type_check(const Check *check, const RouteConf *route)
{
    if (route->type == RTN_LOCAL && route->gateway.family != AF_UNSPEC)
        check_slip_key(check, route->lines, "Gateway", "a local route ends here, it has no gateway");
    else if (!route_has_link(route) && (route->gateway.family != AF_UNSPEC || route->link))
        check_slip_key(check, route->lines, route->link ? "Link" : "Gateway",
                       "a route that drops or skips packets leads nowhere");
    if (route->onlink == TRISTATE_YES && route->gateway.family == AF_UNSPEC)
        check_slip_key(check, route->lines, "GatewayOnLink", "there is no Gateway=");
}

/* By a port of a vrf it is the vrf's where none is given. */
static uint32_t table_of(const Check *check, const RouteConf *route)
{
    uint32_t table = route->table;

    for (guint i = 0; !table && route->link && i < check->conf->links->len; i++) {
        const LinkConf *link = check->conf->links->pdata[i];
        if (g_str_equal(link->label, route->link))
            table = link_table(check->conf, link);
    }
    return table ? table : RT_TABLE_MAIN;
}

void check_route(const Check *check, RouteConf *route, guint index)
{
    destination_settle(check, route);
    check_network(check, &route->destination);
    route_families_check(check, route);
    route_link_check(check, route);
    route_type_check(check, route);
    for (guint i = 0; i < index; i++) {
        const RouteConf *other = check->conf->routes->pdata[i];
        if (route->destination.length == other->destination.length && route->metric == other->metric &&
            table_of(check, route) == table_of(check, other) &&
            ip_address_equal(&route->destination.address, &other->destination.address))
            check_slip_key(check, route->lines, "Destination", "is the destination of [Route %s] already",
                           other->label);
    }
}

static void rule_families_settle(const Check *check, RuleConf *rule)
{
    int from = rule->from.address.family, to = rule->to.address.family;
    int family = from != AF_UNSPEC ? from : to;
    Families meant = family == AF_INET6 ? FAMILIES_IPV6 : FAMILIES_IPV4;
    if (from != AF_UNSPEC && to != AF_UNSPEC && from != to)
        check_slip_line(check, rule->to.line, "From= is %s and To= is %s", check_family(from),
                        check_family(to));
    else if (family != AF_UNSPEC && rule->families && rule->families != meant)
        check_slip_key(check, rule->lines, "Family", "From= and To= are %s", check_family(family));
    if (!rule->families)
        rule->families = meant;
}

void check_rule(const Check *check, RuleConf *rule)
{
    rule_families_settle(check, rule);
    check_network(check, &rule->from);
    check_network(check, &rule->to);
    if (rule->action == FR_ACT_TO_TBL && !rule->table)
        check_slip_key(check, rule->lines, "Table", "is missing: where the rule leads");
    if (rule->action != FR_ACT_TO_TBL && rule->table)
        check_slip_key(check, rule->lines, "Table", "a rule that drops packets leads to no table");
    if (rule->suppress_prefixlength > 32 && rule->families & FAMILIES_IPV4)
        check_slip_key(check, rule->lines, "SuppressPrefixLength", "an IPv4 prefix has 32 bits at most");
}
