/* route.c - see route.h. */
#include "route.h"

#include "parse.h"
#include "patience.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

static char *prefix_cite(const IpPrefix *prefix, const LinkConf *link, const char *verb)
{
    g_autofree char *cite = prefix->line ? conf_cite_line(prefix->line) : conf_cite(link->lines, "Kind");
    g_autofree char *text = ip_prefix_format(prefix);

    return g_strdup_printf("%s: cannot %s %s", cite, verb, text);
}

static void put_ip(struct nlmsghdr *h, uint16_t type, const IpAddress *address)
{
    mnl_attr_put(h, type, ip_address_bits(address->family) / 8, address->bytes);
}

bool route_wants_dad(const LinkConf *link)
{
    if (link->dad != TRISTATE_UNSET)
        return link->dad == TRISTATE_YES;
    return !(link->kind->born_outside && !(link->kind->bridge && link->kind->bridge(link, &(bool){false})));
}

static void queue_address(Nl *nl, const IpPrefix *prefix, unsigned index, const LinkConf *link)
{
    uint8_t family = (uint8_t)prefix->address.family;
    struct ifaddrmsg address = {.ifa_family = family, .ifa_prefixlen = prefix->length, .ifa_index = index};
    struct nlmsghdr *h;

    if (ip_address_is_link_local(&prefix->address))
        address.ifa_scope = RT_SCOPE_LINK;
    h = nl_add(nl, prefix_cite(prefix, link, "set address"), RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE,
               &address, sizeof address);
    put_ip(h, IFA_LOCAL, &prefix->address);
    put_ip(h, IFA_ADDRESS, &prefix->address);
    if (family == AF_INET && prefix->length <= 30) {
        struct in_addr broadcast = {prefix->address.v4.s_addr |
                                    htonl(prefix->length ? UINT32_MAX >> prefix->length : UINT32_MAX)};
        mnl_attr_put(h, IFA_BROADCAST, sizeof broadcast, &broadcast);
    }
    if (family == AF_INET6 && !route_wants_dad(link))
        mnl_attr_put_u32(h, IFA_FLAGS, IFA_F_NODAD);
}

static bool add_address(const IpPrefix *prefix, const LinkPlan *link, Nl *inside, GError **error)
{
    Patience patience = patience_begin();
    GError *why = NULL;

    do
        queue_address(inside, prefix, link->index, link->conf);
    while (!nl_run(inside, &why) && patience_lasts(&patience, EADDRINUSE, &why));
    if (why)
        g_propagate_error(error, why);
    return !why;
}

bool route_add_addresses(const LinkPlan *link, Nl *inside, GError **error)
{
    for (guint i = 0; i < link->addresses->len; i++)
        if (!add_address(link->addresses->pdata[i], link, inside, error))
            return false;
    return true;
}

/* Scope as ip(8) chooses it: without a gateway the destination is on the link. */
static uint8_t scope_of(uint8_t family, uint8_t type, bool gateway)
{
    if (type == RTN_LOCAL)
        return RT_SCOPE_HOST;
    return family == AF_INET && type == RTN_UNICAST && !gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

static struct nlmsghdr *queue_route(Nl *nl, char *what, const IpPrefix *destination, uint8_t type,
                                    bool gateway, bool onlink)
{
    struct rtmsg route = {
        .rtm_family = (unsigned char)destination->address.family,
        .rtm_dst_len = destination->length,
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = ROUTE_PROTOCOL,
        .rtm_scope = scope_of((uint8_t)destination->address.family, type, gateway),
        .rtm_type = type,
        .rtm_flags = onlink ? RTNH_F_ONLINK : 0,
    };
    struct nlmsghdr *h = nl_add(nl, what, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, sizeof route);

    if (destination->length)
        put_ip(h, RTA_DST, &destination->address);
    return h;
}

static bool reaches(const GPtrArray *addresses, const IpAddress *gateway)
{
    for (guint i = 0; i < addresses->len; i++)
        if (ip_prefix_contains(addresses->pdata[i], gateway))
            return true;
    return ip_address_is_link_local(gateway);
}

/* By the link; a port of a VRF has its routes in the VRF's table. */
static void put_way(struct nlmsghdr *h, const LinkPlan *link)
{
    mnl_attr_put_u32(h, RTA_OIF, link->index);
    if (link->table)
        mnl_attr_put_u32(h, RTA_TABLE, link->table);
}

void route_queue_gateways(const LinkPlan *link, Nl *inside)
{
    for (guint i = 0; i < link->gateways->len; i++) {
        const IpPrefix *gateway = link->gateways->pdata[i];
        const IpPrefix everything = {.address.family = gateway->address.family};
        bool onlink = !reaches(link->addresses, &gateway->address);
        struct nlmsghdr *h = queue_route(inside, prefix_cite(gateway, link->conf, "route by"), &everything,
                                         RTN_UNICAST, true, onlink);
        put_ip(h, RTA_GATEWAY, &gateway->address);
        put_way(h, link);
    }
}

/* The kernel has made this route with the address (net/ipv4/fib_frontend.c, fib_add_ifaddr). */
static bool has_network(const LinkPlan *link, const IpPrefix *prefix)
{
    for (guint i = 0; i < link->addresses->len; i++) {
        IpPrefix network = ip_prefix_network(link->addresses->pdata[i]);
        if (network.length == prefix->length && ip_address_equal(&network.address, &prefix->address))
            return true;
    }
    return false;
}

/* Those that only some packets are to find are in a table of their own. */
void route_queue_prefixes(const LinkPlan *link, Nl *inside)
{
    for (guint i = 0; i < link->prefixes->len; i++) {
        const IpPrefix *prefix = link->prefixes->pdata[i];
        if (!link->conf->prefixes_from.text[0] && has_network(link, prefix))
            continue;
        struct nlmsghdr *h =
            queue_route(inside, prefix_cite(prefix, link->conf, "route"), prefix, RTN_UNICAST, false, false);
        put_way(h, link);
        if (link->conf->prefixes_from.text[0])
            mnl_attr_put_u32(h, RTA_TABLE, ROUTE_FROM_TABLE);
    }
}

static void queue_host_route(Nl *outer, const LinkPlan *link, const IpPrefix *inner)
{
    IpPrefix single = *inner;

    single.length = (uint8_t)ip_address_bits(inner->address.family);
    mnl_attr_put_u32(queue_route(outer, prefix_cite(inner, link->conf, "route the host to"), &single,
                                 RTN_UNICAST, false, false),
                     RTA_OIF, link->host_index);
    nl_tolerate(outer, EEXIST);
}

/* A sibling's own address is on the parent's network, which the host reaches by the parent: its prefix route
 * would compete, and the parent cannot reach the namespace (macvlan). So single addresses there, and single
 * routes to those inside. A pair's end needs a route only where its own prefix does not cover the inner
 * address. */
void route_queue_host_addresses(const LinkPlan *link, Nl *outer)
{
    bool sibling = !link->conf->kind->born_outside;

    for (guint i = 0; i < link->host_addresses->len; i++) {
        IpPrefix own = *(const IpPrefix *)link->host_addresses->pdata[i];
        if (sibling)
            own.length = (uint8_t)ip_address_bits(own.address.family);
        queue_address(outer, &own, link->host_index, link->conf);
    }
    for (guint i = 0; i < link->addresses->len; i++) {
        const IpPrefix *inner = link->addresses->pdata[i];
        if (sibling || (link->host_addresses->len > 0 && !reaches(link->host_addresses, &inner->address)))
            queue_host_route(outer, link, inner);
    }
}

/* The link of a [Route]: named, or the one whose network holds the gateway, or the only one. */
static const LinkPlan *route_link(const Plan *plan, const RouteConf *route)
{
    if (route->link)
        return plan_find(plan, route->link);
    for (guint i = 0; route->gateway.family && i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        if (reaches(link->addresses, &route->gateway))
            return link;
    }
    return plan->links->len == 1 ? plan->links->pdata[0] : NULL;
}

static bool queue_conf_route(const Plan *plan, const RouteConf *route, GError **error)
{
    g_autofree char *cite = conf_cite(route->lines, "Destination");
    bool local = route->type == RTN_LOCAL;
    const LinkPlan *link =
        route->type == RTN_UNICAST || (local && route->link) ? route_link(plan, route) : NULL;
    bool gateway = route->gateway.family != AF_UNSPEC, onlink = route->onlink == TRISTATE_YES;
    struct nlmsghdr *h;

    if (route->type == RTN_UNICAST && !link) {
        g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                    "%s: Link= must say by which link, no link's network holds the gateway", cite);
        return false;
    }
    if (gateway && route->onlink == TRISTATE_UNSET)
        onlink = !reaches(link->addresses, &route->gateway);
    h = queue_route(plan->inside, g_strdup_printf("%s: cannot set the route", cite), &route->destination,
                    route->type, gateway, onlink);
    if (gateway)
        put_ip(h, RTA_GATEWAY, &route->gateway);
    if (link || local) /* what is local is so on some interface: lo is the first of all */
        mnl_attr_put_u32(h, RTA_OIF, link ? link->index : 1);
    if (route->source.family)
        put_ip(h, RTA_PREFSRC, &route->source);
    if (route->table || (link && link->table))
        mnl_attr_put_u32(h, RTA_TABLE, route->table ? route->table : link->table);
    if (route->metric)
        mnl_attr_put_u32(h, RTA_PRIORITY, route->metric);
    if (route->mtu) {
        struct nlattr *metrics = mnl_attr_nest_start(h, RTA_METRICS);
        mnl_attr_put_u32(h, RTAX_MTU, route->mtu);
        mnl_attr_nest_end(h, metrics);
    }
    return true;
}

bool route_queue_all(const Plan *plan, GError **error)
{
    for (guint i = 0; i < plan->conf->routes->len; i++)
        if (!queue_conf_route(plan, plan->conf->routes->pdata[i], error))
            return false;
    return true;
}
