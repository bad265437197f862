/* kind-tunnel.c - the tunnels of RFC 2784, 2003, 4213 and 2473: gre, ipip, sit, ip6gre, ip6tnl, and with an
 * Ethernet inside gretap and ip6gretap. Their packets travel in the host, or where ParentNamespace= says.
 *
 * One file: they are two families of attributes, IFLA_GRE_… and IFLA_IPTUN_…, with the same keys. */
#include "link.h"
#include "parse.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <string.h>

/* What ip-link(8) gives to tunnels over IPv6: there is no "as the packet inside" for their hop limit. */
#define HOP_LIMIT 64

typedef struct TunnelConf {
    IpAddress local, remote;
    uint32_t key, ttl; /* key UINT32_MAX: none */
    Tristate path_mtu;
} TunnelConf;

static const ConfKey tunnel_keys[] = {
    CONF_KEY("Local", TunnelConf, local),
    CONF_KEY("Remote", TunnelConf, remote),
    CONF_KEY("Key", TunnelConf, key, .max = UINT32_MAX - 1, .initial = UINT32_MAX),
    CONF_KEY("TTL", TunnelConf, ttl, .max = 255),
    CONF_KEY("DiscoverPathMTU", TunnelConf, path_mtu),
    {},
};

static bool is_over_ipv6(const LinkKind *kind)
{
    return g_str_has_prefix(kind->name, "ip6");
}

static bool is_gre(const LinkKind *kind)
{
    return strstr(kind->name, "gre") != NULL;
}

static bool tunnel_check(const LinkConf *link, GError **error)
{
    const TunnelConf *tunnel = link->own;
    int family = is_over_ipv6(link->kind) ? AF_INET6 : AF_INET;
    const char *why =
        family == AF_INET6 ? "this tunnel's packets are IPv6" : "this tunnel's packets are IPv4";

    if (!tunnel->remote.family)
        return link_fail(link, "Remote", error, "is missing: the address of the other end");
    if (tunnel->remote.family != family)
        return link_fail(link, "Remote", error, why);
    if (tunnel->local.family && tunnel->local.family != family)
        return link_fail(link, "Local", error, why);
    if (tunnel->key != UINT32_MAX && !is_gre(link->kind))
        return link_fail(link, "Key", error, "only GRE has one");
    if (tunnel->path_mtu != TRISTATE_UNSET && family == AF_INET6)
        return link_fail(link, "DiscoverPathMTU", error, "is what IPv6 always does");
    if (tunnel->path_mtu == TRISTATE_NO && tunnel->ttl)
        return link_fail(
            link, "TTL", error,
            "a tunnel with a TTL of its own discovers the MTU of its path, or a loop would not end");
    return true;
}

typedef struct Types {
    uint16_t link, local, remote, ttl, path_mtu, encapsulation_limit;
} Types;

static const Types gre = {IFLA_GRE_LINK, IFLA_GRE_LOCAL,    IFLA_GRE_REMOTE,
                          IFLA_GRE_TTL,  IFLA_GRE_PMTUDISC, IFLA_GRE_ENCAP_LIMIT};
static const Types iptun = {IFLA_IPTUN_LINK, IFLA_IPTUN_LOCAL,    IFLA_IPTUN_REMOTE,
                            IFLA_IPTUN_TTL,  IFLA_IPTUN_PMTUDISC, IFLA_IPTUN_ENCAP_LIMIT};

static void put_address(struct nlmsghdr *message, uint16_t type, const IpAddress *address)
{
    if (address->family)
        mnl_attr_put(message, type, ip_address_bits(address->family) / 8, address->bytes);
}

static void put_key(struct nlmsghdr *message, uint32_t key)
{
    mnl_attr_put_u16(message, IFLA_GRE_IFLAGS, GRE_KEY); /* big-endian already (if_tunnel.h) */
    mnl_attr_put_u16(message, IFLA_GRE_OFLAGS, GRE_KEY);
    mnl_attr_put_u32(message, IFLA_GRE_IKEY, htonl(key));
    mnl_attr_put_u32(message, IFLA_GRE_OKEY, htonl(key));
}

static void tunnel_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const LinkKind *kind = plan->conf->kind;
    const TunnelConf *tunnel = plan->conf->own;
    const Types *types = is_gre(kind) ? &gre : &iptun;
    uint32_t ttl = tunnel->ttl ? tunnel->ttl : is_over_ipv6(kind) ? HOP_LIMIT : 0;

    if (plan->parent)
        mnl_attr_put_u32(message, types->link, plan->parent);
    put_address(message, types->local, &tunnel->local);
    put_address(message, types->remote, &tunnel->remote);
    mnl_attr_put_u8(message, types->ttl, (uint8_t)ttl);
    if (is_over_ipv6(kind))
        mnl_attr_put_u8(message, types->encapsulation_limit, IPV6_DEFAULT_TNL_ENCAP_LIMIT);
    else
        mnl_attr_put_u8(message, types->path_mtu, tunnel->path_mtu != TRISTATE_NO);
    if (tunnel->key != UINT32_MAX)
        put_key(message, tunnel->key);
    if (g_str_equal(kind->name, "ip6tnl"))
        mnl_attr_put_u8(message, IFLA_IPTUN_PROTO, 0); /* IPv4 and IPv6 inside */
}

/* Born in place a tunnel's packets would travel in its own namespace (net/ipv4/ip_tunnel.c,
 * ip_tunnel_newlink: dev_net). */
#define TUNNEL(NAME, ETHERNET)                                                                               \
    const LinkKind kind_##NAME = {                                                                           \
        .name = #NAME,                                                                                       \
        .parent = PARENT_OPTIONAL,                                                                           \
        .parent_in_data = true,                                                                              \
        .is_moved = true,                                                                                    \
        .has_no_mac = !(ETHERNET),                                                                           \
        .has_own_mac = (ETHERNET) ? link_always : NULL,                                                      \
        .unique = "Remote",                                                                                  \
        .conf_size = sizeof(TunnelConf),                                                                     \
        .keys = tunnel_keys,                                                                                 \
        .check = tunnel_check,                                                                               \
        .put_data = tunnel_put_data,                                                                         \
    }

TUNNEL(gre, false);
TUNNEL(gretap, true);
TUNNEL(ipip, false);
TUNNEL(sit, false);
TUNNEL(ip6gre, false);
TUNNEL(ip6gretap, true);
TUNNEL(ip6tnl, false);
