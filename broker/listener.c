/* listener.c - see listener.h. Over sock_diag(7), because it can tell an IPv6 socket that is for IPv6 alone
 * from one for both, which /proc/net/tcp6 cannot. */
#include "listener.h"

#include "attr.h"
#include "ip.h"
#include "nl-dump.h"
#include "port.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>

/* TCP_LISTEN, and TCP_CLOSE as UDP has it for a socket without a peer (net/tcp_states.h). */
#define STATE_LISTEN (1u << 10)
#define STATE_UNCONNECTED (1u << 7)

typedef struct Search {
    const PortListen *listen;
    uint8_t protocol; /* PORT_TCP, PORT_UDP */
    char *found;
} Search;

/* Which IPv6 and IPv4 addresses it has: of "::", both, unless it says otherwise. */
static PortListen socket_listen(const struct inet_diag_msg *message, bool v6only, uint8_t protocol)
{
    uint16_t port = ntohs(message->id.idiag_sport);
    PortListen listen = {{.family = message->idiag_family}, {port, port}, protocol};
    const struct in6_addr *address = (const struct in6_addr *)message->id.idiag_src;

    memcpy(listen.address.bytes, address, ip_address_bits(message->idiag_family) / 8);
    if (message->idiag_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(address)) {
        listen.address.family = AF_INET;
        memcpy(listen.address.bytes, &address->s6_addr[12], 4);
    } else if (message->idiag_family == AF_INET6 && !v6only && ip_address_is_unspecified(&listen.address)) {
        listen.address = (IpAddress){0};
    }
    return listen;
}

/* What comes to such an address is led nowhere else (firewall-opened.c). */
static bool is_apart(const IpAddress *address)
{
    return address->family != AF_UNSPEC &&
           (ip_address_is_multicast(address) ||
            (address->family == AF_INET6 && ip_address_is_link_local(address)));
}

static bool look(const struct nlmsghdr *message, void *user)
{
    Search *search = user;
    const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(message);

    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *socket))
        return true;
    Attributes a = attr_read(message, sizeof *socket);
    const uint8_t *only = attr_bytes(&a, INET_DIAG_SKV6ONLY, 1);
    PortListen listen = socket_listen(socket, only && *only, search->protocol);
    if (is_apart(&listen.address) || !port_listen_overlap(&listen, search->listen))
        return true;
    g_autofree char *where = port_listen_format(&listen);
    search->found = g_strdup_printf(listen.address.family == AF_UNSPEC ? "%s port %s" : "%s %s",
                                    search->protocol == PORT_TCP ? "TCP" : "UDP", where);
    return false;
}

static void find(Search *search, int family)
{
    char room[MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct inet_diag_req_v2))] = {0};
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(message, sizeof *request);
    const PortRange *range = &search->listen->range;

    message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request->sdiag_family = (uint8_t)family;
    request->sdiag_protocol = search->protocol == PORT_TCP ? IPPROTO_TCP : IPPROTO_UDP;
    request->idiag_states = search->protocol == PORT_TCP ? STATE_LISTEN : STATE_UNCONNECTED;
    request->id.idiag_sport = range->first == range->last ? htons(range->first) : 0; /* 0: any */
    (void)nl_dump_of(NETLINK_SOCK_DIAG, message, look, search);
}

char *listener_find(const PortListen *listen)
{
    static const uint8_t protocols[] = {PORT_TCP, PORT_UDP};
    static const int families[] = {AF_INET, AF_INET6}; /* those of AF_INET6 may be for IPv4 too */
    Search search = {.listen = listen};

    for (size_t p = 0; p < G_N_ELEMENTS(protocols); p++)
        for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
            search.protocol = protocols[p];
            if (!search.found && (listen->protocols & protocols[p]))
                find(&search, families[f]);
        }
    return search.found;
}
