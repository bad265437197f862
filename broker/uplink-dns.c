/* uplink-dns.c - see uplink-dns.h. */
#include "uplink-dns.h"

#include "ip.h"
#include "lease.h"
#include "resolv.h"

#include <string.h>

#define SERVERS_MAX 3 /* MAXNS of <resolv.h> */

static void add(GPtrArray *list, const char *server)
{
    if (list->len < SERVERS_MAX && !g_ptr_array_find_with_equal_func(list, server, g_str_equal, NULL))
        g_ptr_array_add(list, g_strdup(server));
}

/* A zone (fe80::1%eth0) means nothing in another namespace, a loopback address something else. */
static bool is_usable(const IpAddress *address)
{
    return !ip_address_is_link_local(address) && !ip_address_is_loopback(address);
}

static void add_leased(GPtrArray *list, const Uplink *uplink)
{
    g_auto(GStrv) servers =
        uplink->interface ? lease_servers(uplink->interface->name, uplink->interface->index) : NULL;

    for (char **server = servers; server && *server; server++) {
        IpAddress address;
        if (ip_address_parse(*server, &address, NULL) && is_usable(&address))
            add(list, *server);
    }
}

/* RFC 1918, 6598, 4193: such a server is in the uplink's network, or it is the VPN's. */
static bool is_private(const IpAddress *address)
{
    static const char *const ranges[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                         "fc00::/7"};

    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++) {
        IpPrefix range;
        if (ip_prefix_parse(ranges[i], &range, NULL) && range.address.family == address->family &&
            ip_prefix_contains(&range, address))
            return true;
    }
    return false;
}

static bool is_on(const Network *network, const Uplink *uplink, const IpAddress *address)
{
    for (guint i = 0; uplink->interface && i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        if (route->index == uplink->interface->index && route->family == address->family &&
            route->destination.length > 0 && ip_prefix_contains(&route->destination, address))
            return true;
    }
    return false;
}

static void add_hosts(GPtrArray *list, const Network *network, const Uplink *ipv4, const Uplink *ipv6)
{
    g_auto(GStrv) servers = resolv_host_servers();

    for (char **server = servers; *server; server++) {
        IpAddress address;
        if (!ip_address_parse(*server, &address, NULL) || !is_usable(&address))
            continue;
        const Uplink *uplink = address.family == AF_INET ? ipv4 : ipv6;
        if (uplink->interface && (is_on(network, uplink, &address) || !is_private(&address)))
            add(list, *server);
    }
}

static void add_gateway(GPtrArray *list, const Uplink *uplink)
{
    if (!uplink->interface || uplink->gateway.family == AF_UNSPEC || !is_usable(&uplink->gateway))
        return;
    g_autofree char *gateway = ip_address_format(&uplink->gateway);
    add(list, gateway);
}

char **uplink_servers(const Network *network, const Uplink *ipv4, const Uplink *ipv6)
{
    GPtrArray *list = g_ptr_array_new();

    add_leased(list, ipv4);
    if (ipv6->interface != ipv4->interface)
        add_leased(list, ipv6);
    if (list->len == 0)
        add_hosts(list, network, ipv4, ipv6);
    if (list->len == 0)
        add_gateway(list, ipv4);
    if (list->len == 0)
        add_gateway(list, ipv6);
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}
