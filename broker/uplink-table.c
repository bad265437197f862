/* uplink-table.c - see uplink-table.h.
 *
 * With the protocol number "kernel": systemd-networkd removes every rule and route that it does not know,
 * whenever a link is configured, but those (networkd.conf(5), ManageForeignRoutingPolicyRules=; measured on
 * 252 and 257). So they are told by the number of the table. The end is a rule, not an unreachable route:
 * NetworkManager takes an IPv6 one away with what else is "on lo" (measured on 1.42 and 1.52, `nmcli
 * networking off`). */
#include "uplink-table.h"

#include "attr.h"
#include "ip.h"
#include "route-flush.h"
#include "uplink-rules.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define TABLE_BASE 1100000000u
#define TABLE_COUNT 100000000u

/* FNV-1a, 32 bits. Two links in a hundred million share a number. */
uint32_t uplink_table_number(const char *name, const char *label)
{
    uint32_t hash = 0x811c9dc5u;

    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x01000193u;
    hash = (hash ^ '/') * 0x01000193u;
    for (const char *p = label; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x01000193u;
    return TABLE_BASE + hash % TABLE_COUNT;
}

bool uplink_table_is_ours(uint32_t table)
{
    return table >= TABLE_BASE && table - TABLE_BASE < TABLE_COUNT;
}

static void put_ip(struct nlmsghdr *h, uint16_t type, const IpAddress *address)
{
    mnl_attr_put(h, type, ip_address_bits(address->family) / 8, address->bytes);
}

/* An IPv6 gateway of an IPv4 route goes into RTA_VIA. */
static void put_gateway(struct nlmsghdr *h, int family, const IpAddress *gateway)
{
    struct {
        struct rtvia head;
        uint8_t bytes[16];
    } __attribute__((packed)) via = {{.rtvia_family = AF_INET6}, {0}};

    if (gateway->family == family) {
        put_ip(h, RTA_GATEWAY, gateway);
    } else if (gateway->family == AF_INET6) {
        memcpy(via.bytes, gateway->bytes, sizeof via.bytes);
        mnl_attr_put(h, RTA_VIA, sizeof via, &via);
    }
}

static struct nlmsghdr *queue_route(Nl *host, uint16_t message, uint16_t flags, uint32_t table,
                                    const HostRoute *route)
{
    bool gateway = route->gateway.family != AF_UNSPEC;
    struct rtmsg header = {
        .rtm_family = (unsigned char)route->family,
        .rtm_dst_len = route->destination.length,
        .rtm_protocol = RTPROT_KERNEL,
        .rtm_type = route->type,
        .rtm_scope = !gateway && route->family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
        .rtm_flags = gateway ? RTNH_F_ONLINK : 0,
    };
    struct nlmsghdr *h = nl_add(host, g_strdup_printf("cannot set a route of table %u", table), message,
                                flags, &header, sizeof header);

    if (route->destination.length > 0)
        put_ip(h, RTA_DST, &route->destination.address);
    mnl_attr_put_u32(h, RTA_TABLE, table);
    if (route->metric)
        mnl_attr_put_u32(h, RTA_PRIORITY, route->metric);
    mnl_attr_put_u32(h, RTA_OIF, route->index);
    if (route->source.family == route->family)
        put_ip(h, RTA_PREFSRC, &route->source);
    put_gateway(h, route->family, &route->gateway);
    return h;
}

/* An interface that is down or gone, a source address that has gone, a host without IPv6: the next look mends
 * it. */
static void queue_wanted(Nl *host, uint32_t table, const HostRoute *route)
{
    queue_route(host, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, table, route);
    nl_tolerate(host, ENETDOWN);
    nl_tolerate(host, ENODEV);
    nl_tolerate(host, EINVAL);
    nl_tolerate(host, EAFNOSUPPORT);
}

static bool same_route(const HostRoute *a, const HostRoute *b)
{
    if (a->type != b->type || a->destination.length != b->destination.length ||
        (a->destination.length > 0 && !ip_address_equal(&a->destination.address, &b->destination.address)))
        return false;
    return a->index == b->index && a->gateway.family == b->gateway.family &&
           (a->gateway.family == AF_UNSPEC || ip_address_equal(&a->gateway, &b->gateway));
}

static bool has_route(const GArray *routes, const HostRoute *wanted)
{
    for (guint i = 0; i < routes->len; i++)
        if (same_route(&g_array_index(routes, HostRoute, i), wanted))
            return true;
    return false;
}

/* Those of the family, as they will stand in the table. */
static GArray *wanted_routes(const GArray *routes, int family)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(HostRoute));

    for (guint i = 0; i < routes->len; i++) {
        HostRoute route = g_array_index(routes, HostRoute, i);
        route.metric = 0; /* the kernel's default: a route replaces another to the same destination */
        route.type = RTN_UNICAST;
        if (route.family == family)
            g_array_append_val(wanted, route);
    }
    return wanted;
}

/* Only what is missing and what is too much: whoever watches the routes is not woken by one who looks. */
bool uplink_table_set(Nl *host, int family, uint32_t table, const GArray *routes, GError **error)
{
    g_autoptr(GArray) present = g_array_new(FALSE, FALSE, sizeof(HostRoute)),
                      wanted = wanted_routes(routes, family);

    if (!network_read_table(host, family, table, present, error))
        return false;
    for (guint i = 0; i < wanted->len; i++)
        if (!has_route(present, &g_array_index(wanted, HostRoute, i)))
            queue_wanted(host, table, &g_array_index(wanted, HostRoute, i));
    if (!nl_run(host, error))
        return false;
    for (guint i = 0; i < present->len; i++) {
        const HostRoute *route = &g_array_index(present, HostRoute, i);
        if (has_route(wanted, route))
            continue;
        queue_route(host, RTM_DELROUTE, 0, table, route);
        nl_tolerate(host, ESRCH);
    }
    return nl_run(host, error);
}

/* What a dump is looked through for. */
typedef struct Own {
    uint32_t table;
    const char *incoming;
} Own;

static bool is_own(const struct nlmsghdr *message, const void *user)
{
    const Own *own = user;
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);

    if (message->nlmsg_type == RTM_NEWRULE)
        return uplink_rules_is_of(message, own->table, own->incoming);
    return attr_u32(&a, RTA_TABLE, header->rtm_table) == own->table;
}

bool uplink_table_remove(Nl *host, uint32_t table, const char *incoming, GError **error)
{
    const Own own = {table, incoming};

    return route_flush_matching(host, table, is_own, &own, error);
}
