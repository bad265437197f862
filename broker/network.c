/* network.c - see network.h. */
#include "network.h"

#include "attr.h"
#include "ip.h"

#include <linux/rtnetlink.h>
#include <string.h>

/* <linux/if.h> cannot be included beside <net/if.h> */
#define LOWER_UP (1 << 16)

static bool take_interface(const struct nlmsghdr *message, void *user)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header), info = attr_read_nested(a.of[IFLA_LINKINFO]);
    const char *name = attr_string(&a, IFLA_IFNAME), *kind = attr_string(&info, IFLA_INFO_KIND);
    Interface interface = {
        .index = (unsigned)header->ifi_index,
        .master = attr_u32(&a, IFLA_MASTER, 0),
        .flags = header->ifi_flags,
        .type = header->ifi_type,
        .group = attr_u32(&a, IFLA_GROUP, 0),
        .carrier = header->ifi_flags & LOWER_UP,
    };

    if (message->nlmsg_type != RTM_NEWLINK || !name)
        return true;
    g_strlcpy(interface.name, name, sizeof interface.name);
    g_strlcpy(interface.kind, kind ? kind : "", sizeof interface.kind);
    g_array_append_val(user, interface);
    return true;
}

static bool take_address(const Attributes *a, int type, int family, IpAddress *ret)
{
    size_t size = ip_address_bits(family) / 8;
    const void *bytes = attr_bytes(a, type, size);

    if (!bytes)
        return false;
    ret->family = family;
    memcpy(ret->bytes, bytes, size);
    return true;
}

/* RTA_GATEWAY, or an IPv6 gateway of an IPv4 route (RTA_VIA, RFC 5549). */
static void take_gateway(const Attributes *a, int family, IpAddress *ret)
{
    const struct rtvia *via = attr_bytes(a, RTA_VIA, sizeof *via + 16);

    if (take_address(a, RTA_GATEWAY, family, ret) || !via || via->rtvia_family != AF_INET6)
        return;
    ret->family = AF_INET6;
    memcpy(ret->bytes, via->rtvia_addr, 16);
}

/* A route has one hop in its attributes, or several in RTA_MULTIPATH. */
static void append_hops(GArray *routes, const HostRoute *route, const struct nlattr *multipath)
{
    const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
    int left = mnl_attr_get_payload_len(multipath);

    for (; RTNH_OK(hop, left); left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
        Attributes a = attr_read_payload(RTNH_DATA(hop), hop->rtnh_len - sizeof *hop);
        HostRoute one = *route;
        one.index = (unsigned)hop->rtnh_ifindex;
        one.dead = hop->rtnh_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN);
        take_gateway(&a, route->family, &one.gateway);
        g_array_append_val(routes, one);
    }
}

static bool take_route(const struct nlmsghdr *message, void *user)
{
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    HostRoute route = {
        .family = header->rtm_family,
        .table = attr_u32(&a, RTA_TABLE, header->rtm_table),
        .metric = attr_u32(&a, RTA_PRIORITY, 0),
        .destination = {.address.family = header->rtm_family, .length = header->rtm_dst_len},
        .index = attr_u32(&a, RTA_OIF, 0),
        .type = header->rtm_type,
        .dead = header->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN),
    };

    if (message->nlmsg_type != RTM_NEWROUTE || (route.family != AF_INET && route.family != AF_INET6) ||
        (header->rtm_flags & RTM_F_CLONED))
        return true;
    (void)take_address(&a, RTA_DST, route.family, &route.destination.address);
    (void)take_address(&a, RTA_PREFSRC, route.family, &route.source);
    take_gateway(&a, route.family, &route.gateway);
    if (a.of[RTA_MULTIPATH])
        append_hops(user, &route, a.of[RTA_MULTIPATH]);
    else
        g_array_append_val(user, route);
    return true;
}

static bool take_way(const struct nlmsghdr *message, void *user)
{
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);

    return header->rtm_type != RTN_UNICAST || header->rtm_table == RT_TABLE_LOCAL ||
           take_route(message, user);
}

Network *network_read(Nl *host, GError **error)
{
    g_autoptr(Network) network = g_new0(Network, 1);

    network->interfaces = g_array_new(FALSE, FALSE, sizeof(Interface));
    network->routes = g_array_new(FALSE, FALSE, sizeof(HostRoute));
    if (!nl_dump(host, RTM_GETLINK, AF_UNSPEC, take_interface, network->interfaces, error) ||
        !nl_dump(host, RTM_GETROUTE, AF_INET, take_way, network->routes, error) ||
        !nl_dump(host, RTM_GETROUTE, AF_INET6, take_way, network->routes, error))
        return NULL;
    return g_steal_pointer(&network);
}

void network_free(Network *network)
{
    if (!network)
        return;
    g_array_unref(network->interfaces);
    g_array_unref(network->routes);
    g_free(network);
}

const Interface *network_interface(const Network *network, unsigned index)
{
    for (guint i = 0; i < network->interfaces->len; i++) {
        const Interface *interface = &g_array_index(network->interfaces, Interface, i);
        if (interface->index == index)
            return interface;
    }
    return NULL;
}

bool network_read_table(Nl *nl, int family, uint32_t table, GArray *routes, GError **error)
{
    return nl_dump_table(nl, (uint8_t)family, table, take_route, routes, error);
}
