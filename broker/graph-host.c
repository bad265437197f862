/* graph-host.c - see graph-host.h. One RTM_GETROUTE is as `ip route get`: no list of routes is read, which on
 * a router may have a million. */
#include "graph-host.h"

#include "attr.h"
#include "graph-way.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct Found {
    const GraphQuestion *question;
    unsigned link; /* 0: none */
    char gateway[INET6_ADDRSTRLEN];
} Found;

/* A packet that comes in is only looked up by the kernel, for IPv6, and not asked whether it may pass. */
static bool sysctl_is_on(const char *family, const char *link, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/sys/net/%s/conf/%s/%s", family, link, name);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) && strtol(text, NULL, 10) > 0;
}

static bool forwards(int family, const char *link)
{
    if (family == AF_INET)
        return sysctl_is_on("ipv4", link, "forwarding");
    return sysctl_is_on("ipv6", "all", "forwarding") || sysctl_is_on("ipv6", link, "force_forwarding");
}

static void put_address(struct nlmsghdr *message, int type, int family, const char *text)
{
    char bytes[sizeof(struct in6_addr)];
    if (inet_pton(family, text, bytes) == 1)
        mnl_attr_put(message, (uint16_t)type, family == AF_INET ? 4 : 16, bytes);
}

/* An IPv4 route by an IPv6 router has RTA_VIA instead. */
static void take_gateway(const Attributes *a, Found *found)
{
    int family = found->question->family;
    g_autofree char *gateway = attr_address(a, RTA_GATEWAY, family);
    const struct rtvia *via = attr_bytes(a, RTA_VIA, sizeof *via + sizeof(struct in6_addr));
    if (gateway)
        g_strlcpy(found->gateway, gateway, sizeof found->gateway);
    else if (via)
        inet_ntop(AF_INET6, via->rtvia_addr, found->gateway, sizeof found->gateway);
}

static bool take_route(const struct nlmsghdr *message, void *user)
{
    Found *found = user;
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    if (message->nlmsg_type == RTM_NEWROUTE && header->rtm_type == RTN_UNICAST) {
        found->link = attr_u32(&a, RTA_OIF, 0);
        take_gateway(&a, found);
    }
    return true;
}

static bool ask_kernel(Nl *nl, Found *found)
{
    const GraphQuestion *question = found->question;
    unsigned char bits = question->family == AF_INET ? 32 : 128;
    unsigned incoming = question->incoming ? nl_ifindex(nl, question->incoming) : 0;
    unsigned outgoing = question->outgoing ? nl_ifindex(nl, question->outgoing) : 0;
    struct rtmsg route = {.rtm_family = (unsigned char)question->family,
                          .rtm_dst_len = bits,
                          .rtm_src_len = question->source ? bits : 0};
    if ((question->incoming && !incoming) || (question->outgoing && !outgoing))
        return false;
    struct nlmsghdr *message = nl_add(nl, NULL, RTM_GETROUTE, 0, &route, sizeof route);
    put_address(message, RTA_DST, question->family, graph_somewhere(question->family));
    if (question->source)
        put_address(message, RTA_SRC, question->family, question->source);
    if (incoming)
        mnl_attr_put_u32(message, RTA_IIF, incoming);
    if (outgoing)
        mnl_attr_put_u32(message, RTA_OIF, outgoing);
    return nl_get(nl, take_route, found, NULL) && found->link != 0;
}

void graph_host_ask(const GraphQuestion *question, GraphAnswer *ret, void *user)
{
    Found found = {.question = question};
    GraphAnswer answer = {.way = WAY_NONE};
    if (question->incoming && !forwards(question->family, question->incoming)) {
        answer.way = WAY_NOT_FORWARDED;
    } else if (ask_kernel(user, &found) && if_indextoname(found.link, answer.link)) {
        answer.way = WAY_FOUND;
        g_strlcpy(answer.gateway, found.gateway, sizeof answer.gateway);
    }
    *ret = answer;
}
