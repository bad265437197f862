/* pool.c - see pool.h.
 *
 * The kernel is the database: a subnet is taken when the host has a route to it that is more specific than a
 * default route. */
#include "pool.h"

#include "parse.h"
#include "sysctl.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* A default route in pieces (0/1 and 128/1 of OpenVPN, or finer where a VPN leaves out private ranges) takes
 * nothing. */
#define DEFAULT_LENGTH 7
/* Subnets tried before the pool is called full. A /15 has 32768. */
#define TRIES 65536

/* FNV-1a, 64 bits: must never change, a namespace keeps its addresses over updates. */
static uint64_t hash_of(const char *name, const char *label)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    hash = (hash ^ '/') * 0x100000001b3u;
    for (const char *p = label; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    return hash ^ (hash >> 29);
}

static bool take_route(const struct nlmsghdr *message, void *user)
{
    const struct rtmsg *route = mnl_nlmsg_get_payload(message);

    *(bool *)user = route->rtm_dst_len > DEFAULT_LENGTH;
    return true;
}

/* Is there a route to @address? Asked with RTM_F_FIB_MATCH, the kernel answers with the route itself, not
 * with a host route made of it (Linux 4.13). An error (no route, or an unreachable or blackhole one) means
 * nobody is there. */
static bool routed(Nl *host, const IpAddress *address)
{
    struct rtmsg ask = {.rtm_family = (unsigned char)address->family,
                        .rtm_dst_len = (unsigned char)ip_address_bits(address->family),
                        .rtm_flags = RTM_F_FIB_MATCH};
    bool taken = false;
    struct nlmsghdr *h = nl_add(host, NULL, RTM_GETROUTE, 0, &ask, sizeof ask);

    mnl_attr_put(h, RTA_DST, ip_address_bits(address->family) / 8, address->bytes);
    return nl_get(host, take_route, &taken, NULL) && taken;
}

static IpPrefix *prefix_new(const IpPrefix *subnet, uint8_t host_part)
{
    IpPrefix *prefix = g_memdup2(subnet, sizeof *subnet);
    size_t last = ip_address_bits(subnet->address.family) / 8 - 1;

    prefix->address.bytes[last] = (uint8_t)(prefix->address.bytes[last] | host_part);
    prefix->line = NULL;
    return prefix;
}

/* The subnet number @index of @pool: the index goes into the bits between the pool's length and @length (at
 * most 64 of them, all within the first 8 bytes of the address). */
static IpPrefix subnet_at(const IpPrefix *pool, uint8_t length, uint64_t index)
{
    IpPrefix subnet = ip_prefix_network(pool);

    for (unsigned bit = length; bit > pool->length; bit--, index >>= 1)
        if (index & 1)
            subnet.address.bytes[(bit - 1) / 8] =
                (uint8_t)(subnet.address.bytes[(bit - 1) / 8] | (0x80 >> ((bit - 1) % 8)));
    subnet.length = length;
    return subnet;
}

static bool pick(const IpPrefix *pool, uint64_t hash, Nl *host, IpPrefix *ret)
{
    uint8_t length = pool->address.family == AF_INET ? 30 : 64;
    unsigned bits = length > pool->length ? length - pool->length : 0;
    uint64_t mask = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;

    for (uint64_t i = 0; i < TRIES && i <= mask; i++) {
        IpPrefix subnet = subnet_at(pool, length, (hash + i) & mask);
        g_autofree IpPrefix *first = prefix_new(&subnet, 1), *second = prefix_new(&subnet, 2);
        if (routed(host, &first->address) || routed(host, &second->address))
            continue;
        *ret = subnet;
        return true;
    }
    return false;
}

/* A new link of the host takes over its default; without the file the kernel has no IPv6. */
static bool host_speaks_ipv6(void)
{
    g_autofree char *disabled = sysctl_read("net/ipv6/conf/default/disable_ipv6");

    return g_strcmp0(disabled, "0") == 0;
}

bool pool_fill(LinkPlan *plan, const Conf *conf, Nl *host, GError **error)
{
    const GPtrArray *pools = plan->conf->pools;

    for (guint i = 0; i < pools->len; i++) {
        const IpPrefix *pool = pools->pdata[i];
        IpPrefix subnet;
        if (pool->address.family == AF_INET6 && (conf->ns.ipv6 == TRISTATE_NO || !host_speaks_ipv6()))
            continue;
        if (!pick(pool, hash_of(conf->name, plan->conf->label), host, &subnet)) {
            g_autofree char *cite = conf_cite(plan->conf->lines, "Pool"), *which = ip_prefix_format(pool);
            g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                        "%s: no free subnet in %s: the host routes all of it already; give Pool= others",
                        cite, which);
            return false;
        }
        g_ptr_array_add(plan->host_addresses, prefix_new(&subnet, 1));
        g_ptr_array_add(plan->addresses, prefix_new(&subnet, 2));
        g_ptr_array_add(plan->gateways, prefix_new(&subnet, 1));
    }
    return true;
}
