/* doctor-route.c - see doctor-route.h. The kernel is asked, rules and VRFs included, not the tables read. */
#include "doctor-route.h"

#include "attr.h"
#include "ip.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

/* Default routes in pieces count as such: the halves of VPNs, 2000::/3. */
#define WORLD_LENGTH 8

typedef struct Answer {
    RouteMatch match;
    bool leads;
} Answer;

static bool take_route(const struct nlmsghdr *message, void *user)
{
    const struct rtmsg *route = mnl_nlmsg_get_payload(message);
    Answer *answer = user;
    Attributes a;

    if (message->nlmsg_type != RTM_NEWROUTE)
        return true;
    a = attr_read(message, sizeof *route);
    answer->leads = route->rtm_type == RTN_UNICAST;
    answer->match = (RouteMatch){route->rtm_dst_len, attr_u32(&a, RTA_OIF, 0)};
    return true;
}

static void put_ip(struct nlmsghdr *h, uint16_t type, const IpAddress *address)
{
    mnl_attr_put(h, type, ip_address_bits(address->family) / 8, address->bytes);
}

/* RTM_F_FIB_MATCH: the entry of the table, not what was made of it; so it says how long its prefix is. */
bool doctor_route(Nl *nl, const IpAddress *to, unsigned in, const IpAddress *from, RouteMatch *ret)
{
    uint8_t bits = (uint8_t)ip_address_bits(to->family);
    struct rtmsg request = {.rtm_family = (uint8_t)to->family,
                            .rtm_dst_len = bits,
                            .rtm_src_len = from ? bits : 0,
                            .rtm_flags = RTM_F_FIB_MATCH};
    struct nlmsghdr *h = nl_add(nl, NULL, RTM_GETROUTE, 0, &request, sizeof request);
    Answer answer = {};

    put_ip(h, RTA_DST, to);
    if (from)
        put_ip(h, RTA_SRC, from);
    if (in)
        mnl_attr_put_u32(h, RTA_IIF, in);
    if (!nl_get(nl, take_route, &answer, NULL) || !answer.leads)
        return false;
    *ret = answer.match;
    return true;
}

bool doctor_route_nowhere(Nl *nl, int family, unsigned in, const IpAddress *from, IpAddress *ret,
                          RouteMatch *ret_match)
{
    /* several: a host may route one of these in a way of its own, a laboratory even use it */
    static const char *const ipv4[] = {"192.0.2.1", "198.51.100.1", "203.0.113.1"};
    static const char *const ipv6[] = {"2001:db8:6e62::1", "3fff:6e62::1", "2001:db8:ffff:6e62::1"};
    const char *const *texts = family == AF_INET ? ipv4 : ipv6;
    bool found = false;

    for (size_t i = 0; i < G_N_ELEMENTS(ipv4); i++) {
        IpAddress address = {};
        RouteMatch match = {};
        if (!ip_address_parse(texts[i], &address, NULL))
            g_assert_not_reached();
        if (i == 0)
            *ret = address;
        if (!doctor_route(nl, &address, in, from, &match) || match.length > WORLD_LENGTH ||
            (found && match.length >= ret_match->length))
            continue;
        *ret = address;
        *ret_match = match;
        found = true;
    }
    return found;
}
