/* uplink.c - see uplink.h.
 *
 * A VPN takes the default route in one of these ways: two halves (OpenVPN's def1), a better metric
 * (NetworkManager), another table by a rule (wg-quick, Tailscale, Mullvad): then the uplink's own default
 * route is still there, only not the best. Or it replaces it (vpnc-script, OpenVPN without def1): then the
 * gateway is found in what the VPN needs itself, a host route to its server, or in what was noted before
 * (gateway.h). */
#include "uplink.h"

#include "firewall.h"
#include "gateway.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* What packets are wrapped in before they leave by something else. "ppp" is left out: over DSL it is the way.
 */
static const char *const tunnels[] = {
    "tun",    "wireguard", "amneziawg", "ovpn",    "ovpn-dco", "xfrm",   "vti",    "vti6",  "ipip",
    "ip6tnl", "sit",       "gre",       "gretap",  "ip6gre",   "erspan", "geneve", "vxlan", "dummy",
    "ifb",    "vrf",       "nlmon",     "l2tpeth", "netkit",   "vcan",   NULL};

static bool is_tunnel(const Interface *interface)
{
    return g_strv_contains(tunnels, interface->kind) || interface->type == ARPHRD_LOOPBACK ||
           (interface->type == ARPHRD_NONE && interface->kind[0] && !g_str_equal(interface->kind, "wwan"));
}

static bool is_ours(const Interface *interface)
{
    return (interface->group & FIREWALL_GROUP_MASK) == FIREWALL_GROUP;
}

bool uplink_matches(char *const *wanted, const Interface *interface)
{
    if (is_ours(interface) || interface->type == ARPHRD_LOOPBACK)
        return false;
    if (g_strcmp0(wanted[0], "auto") == 0)
        return !is_tunnel(interface);
    for (; *wanted; wanted++)
        if (g_pattern_match_simple(*wanted, interface->name))
            return true;
    return false;
}

/* Less is better. */
static uint64_t cost_of(const HostRoute *route, const Interface *interface)
{
    return (uint64_t)(route->dead || !interface->carrier) << 40 |
           (uint64_t)(route->table != RT_TABLE_MAIN) << 36 | (uint64_t)(interface->type == ARPHRD_PPP) << 32 |
           route->metric;
}

/* By a default route that is there. */
static bool by_default_route(const Network *network, int family, char *const *wanted, Uplink *ret)
{
    uint64_t best = UINT64_MAX;

    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        const Interface *interface = network_interface(network, route->index);
        if (route->family != family || route->destination.length != 0 || !interface ||
            !(interface->flags & IFF_UP) || !uplink_matches(wanted, interface) ||
            cost_of(route, interface) >= best)
            continue;
        best = cost_of(route, interface);
        *ret = (Uplink){interface, route->gateway, true, route->table};
    }
    return best != UINT64_MAX;
}

/* Any route of the family by it but a link-local one. */
static bool speaks(const Network *network, int family, const Interface *interface)
{
    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        if (route->index == interface->index && route->family == family &&
            !(family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&route->destination.address.v6)))
            return true;
    }
    return false;
}

/* Without one: where a gateway is known, or none is needed. */
static bool by_gateway(const Network *network, int family, char *const *wanted, Uplink *ret)
{
    for (guint i = 0; i < network->interfaces->len; i++) {
        const Interface *interface = &g_array_index(network->interfaces, Interface, i);
        Uplink found = {interface, {0}, true, RT_TABLE_MAIN};
        if (!(interface->flags & IFF_UP) || !interface->carrier || interface->master ||
            !uplink_matches(wanted, interface) || !speaks(network, family, interface))
            continue;
        if ((interface->flags & (IFF_NOARP | IFF_POINTOPOINT)) ||
            gateway_find(network, family, interface, &found.gateway)) {
            *ret = found;
            return true;
        }
    }
    return false;
}

/* An interface that was named, though it leads no further than its own network. */
static bool by_name(const Network *network, int family, char *const *wanted, Uplink *ret)
{
    if (g_strcmp0(wanted[0], "auto") == 0)
        return false;
    for (guint i = 0; i < network->interfaces->len; i++) {
        const Interface *interface = &g_array_index(network->interfaces, Interface, i);
        if ((interface->flags & IFF_UP) && uplink_matches(wanted, interface) &&
            speaks(network, family, interface)) {
            *ret = (Uplink){interface, {0}, false, RT_TABLE_MAIN};
            return true;
        }
    }
    return false;
}

static bool find(const Network *network, int family, char *const *wanted, Uplink *ret)
{
    return by_default_route(network, family, wanted, ret) || by_gateway(network, family, wanted, ret) ||
           by_name(network, family, wanted, ret);
}

/* Word by word: the first is preferred, where the admin names several. */
Uplink uplink_find(const Network *network, int family, char *const *wanted)
{
    Uplink uplink = {0};

    for (; *wanted; wanted++) {
        char *one[] = {*wanted, NULL};
        if (find(network, family, one, &uplink))
            break;
    }
    return uplink;
}
