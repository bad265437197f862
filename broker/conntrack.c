/* conntrack.c - see conntrack.h. Over ctnetlink: conntrack(8) is a package that a host need not have. */
#include "conntrack.h"

#include "attr.h"
#include "ip.h"
#include "nl-dump.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>

typedef struct Sweep {
    bool (*is_meant)(const Connection *connection, void *user);
    void *user;
    GPtrArray *orders; /* struct nlmsghdr *: the removals */
} Sweep;

static struct nlmsghdr *message_new(void *room, uint8_t type, int family)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    struct nfgenmsg *head = mnl_nlmsg_put_extra_header(message, sizeof *head);

    message->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type);
    *head = (struct nfgenmsg){(uint8_t)family, NFNETLINK_V0, 0};
    return message;
}

static IpAddress address_of(const Attributes *ip, int family, int v4, int v6)
{
    IpAddress address = {.family = family};
    size_t size = ip_address_bits(family) / 8;
    const void *bytes = attr_bytes(ip, family == AF_INET ? v4 : v6, size);

    if (bytes)
        memcpy(address.bytes, bytes, size);
    return address;
}

static uint16_t port_of(const Attributes *protocol, int type)
{
    const uint16_t *port = attr_bytes(protocol, type, sizeof *port);

    return port ? ntohs(*port) : 0;
}

static Connection connection_of(const Attributes *a, int family)
{
    Attributes original = attr_read_nested(a->of[CTA_TUPLE_ORIG]),
               reply = attr_read_nested(a->of[CTA_TUPLE_REPLY]),
               ip = attr_read_nested(original.of[CTA_TUPLE_IP]),
               answer_ip = attr_read_nested(reply.of[CTA_TUPLE_IP]),
               protocol = attr_read_nested(original.of[CTA_TUPLE_PROTO]),
               answer_protocol = attr_read_nested(reply.of[CTA_TUPLE_PROTO]);
    const uint8_t *number = attr_bytes(&protocol, CTA_PROTO_NUM, 1);

    return (Connection){
        .protocol = number ? *number : 0,
        .status = ntohl(attr_u32(a, CTA_STATUS, 0)),
        .from = address_of(&ip, family, CTA_IP_V4_SRC, CTA_IP_V6_SRC),
        .to = address_of(&ip, family, CTA_IP_V4_DST, CTA_IP_V6_DST),
        .answer_from = address_of(&answer_ip, family, CTA_IP_V4_SRC, CTA_IP_V6_SRC),
        .answer_to = address_of(&answer_ip, family, CTA_IP_V4_DST, CTA_IP_V6_DST),
        .to_port = port_of(&protocol, CTA_PROTO_DST_PORT),
        .answer_port = port_of(&answer_protocol, CTA_PROTO_SRC_PORT),
    };
}

/* By its id too, so that one which came in its place is left alone. */
static void order_removal(Sweep *sweep, const Attributes *a, int family)
{
    static const int named[] = {CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE};
    size_t size = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct nfgenmsg));
    char *room;

    for (size_t i = 0; i < G_N_ELEMENTS(named); i++)
        size += a->of[named[i]] ? MNL_ALIGN(a->of[named[i]]->nla_len) : 0;
    room = g_malloc0(size);
    struct nlmsghdr *message = message_new(room, IPCTNL_MSG_CT_DELETE, family);
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        const struct nlattr *attribute = a->of[named[i]];
        if (attribute)
            mnl_attr_put(message, attribute->nla_type, mnl_attr_get_payload_len(attribute),
                         mnl_attr_get_payload(attribute));
    }
    g_ptr_array_add(sweep->orders, room);
}

static bool look(const struct nlmsghdr *message, void *user)
{
    Sweep *sweep = user;
    const struct nfgenmsg *head = mnl_nlmsg_get_payload(message);

    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *head))
        return true;
    Attributes a = attr_read(message, sizeof *head);
    Connection connection = connection_of(&a, head->nfgen_family);
    if (a.of[CTA_TUPLE_ORIG] && sweep->is_meant(&connection, sweep->user))
        order_removal(sweep, &a, head->nfgen_family);
    return true;
}

void conntrack_forget(Families families, bool (*is_meant)(const Connection *connection, void *user),
                      void *user)
{
    Sweep sweep = {is_meant, user, g_ptr_array_new_with_free_func(g_free)};
    char room[MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct nfgenmsg))];

    if (families & FAMILIES_IPV4)
        (void)nl_dump_of(NETLINK_NETFILTER, message_new(room, IPCTNL_MSG_CT_GET, AF_INET), look, &sweep);
    if (families & FAMILIES_IPV6)
        (void)nl_dump_of(NETLINK_NETFILTER, message_new(room, IPCTNL_MSG_CT_GET, AF_INET6), look, &sweep);
    for (guint i = 0; i < sweep.orders->len; i++)
        (void)nl_order_to(NETLINK_NETFILTER, sweep.orders->pdata[i]); /* it may have ended meanwhile */
    g_ptr_array_unref(sweep.orders);
}
