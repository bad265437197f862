/* trace.c - see trace.h. By netlink, not by reading what `nft monitor trace` prints: that starts to hear at a
 * time nobody is told, knows no rule that came later, and a comment in a rule can look like a verdict. */
#include "trace.h"

#include "attr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <string.h>

/* NF_VERDICT_MASK: what a verdict carries besides (a queue's number, an errno) is above. */
#define VERDICT_BITS 0xff

struct Trace {
    struct mnl_socket *socket;
    const struct nlmsghdr *next; /* in room, not handed out yet */
    int left;                    /* bytes from there */
    char room[16384];
};

Trace *trace_open(GError **error)
{
    g_autoptr(Trace) trace = g_new0(Trace, 1);
    int group = NFNLGRP_NFTRACE;

    trace->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
    if (trace->socket && mnl_socket_bind(trace->socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
        mnl_socket_setsockopt(trace->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
        return g_steal_pointer(&trace);
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                "cannot hear what nftables does with packets: %s", strerrordesc_np(errno));
    return NULL;
}

void trace_free(Trace *trace)
{
    if (!trace)
        return;
    if (trace->socket)
        mnl_socket_close(trace->socket);
    g_free(trace);
}

static uint32_t be32(const Attributes *attributes, int type)
{
    return ntohl(attr_u32(attributes, type, 0));
}

static uint64_t be64(const Attributes *attributes, int type)
{
    const void *bytes = attr_bytes(attributes, type, sizeof(uint64_t));
    uint64_t value = 0;

    if (bytes)
        memcpy(&value, bytes, sizeof value);
    return GUINT64_FROM_BE(value);
}

/* Those that only nftables knows (jump, return …) are negative. */
static int32_t verdict_of(const Attributes *attributes)
{
    Attributes nest = attr_read_nested(attributes->of[NFTA_TRACE_VERDICT]);
    int32_t code = (int32_t)be32(attributes, NFTA_TRACE_POLICY);

    if (nest.of[NFTA_VERDICT_CODE])
        code = (int32_t)be32(&nest, NFTA_VERDICT_CODE);
    else if (!attributes->of[NFTA_TRACE_POLICY])
        code = NFT_CONTINUE;
    return code < 0 ? code : code & VERDICT_BITS;
}

/* The source in an IPv4 or IPv6 header. */
static IpAddress source_of(const struct nlattr *attr)
{
    const uint8_t *header = attr ? mnl_attr_get_payload(attr) : NULL;
    size_t size = attr ? mnl_attr_get_payload_len(attr) : 0;
    IpAddress source = {.family = AF_UNSPEC};

    if (size >= 20 && header[0] >> 4 == 4) {
        source.family = AF_INET;
        memcpy(source.bytes, header + 12, 4);
    } else if (size >= 40 && header[0] >> 4 == 6) {
        source.family = AF_INET6;
        memcpy(source.bytes, header + 8, 16);
    }
    return source;
}

static void copy_name(const Attributes *attributes, int type, char *ret, size_t room)
{
    const char *name = attr_string(attributes, type);

    g_strlcpy(ret, name ? name : "", room);
}

static bool read_event(const struct nlmsghdr *message, TraceEvent *ret)
{
    const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a;

    if (message->nlmsg_type != ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_TRACE) ||
        mnl_nlmsg_get_payload_len(message) < sizeof *header)
        return false;
    a = attr_read(message, sizeof *header);
    *ret = (TraceEvent){.id = be32(&a, NFTA_TRACE_ID),
                        .family = header->nfgen_family,
                        .type = be32(&a, NFTA_TRACE_TYPE),
                        .verdict = verdict_of(&a),
                        .rule = be64(&a, NFTA_TRACE_RULE_HANDLE),
                        .in = be32(&a, NFTA_TRACE_IIF),
                        .out = be32(&a, NFTA_TRACE_OIF),
                        .source = source_of(a.of[NFTA_TRACE_NETWORK_HEADER])};
    copy_name(&a, NFTA_TRACE_TABLE, ret->table, sizeof ret->table);
    copy_name(&a, NFTA_TRACE_CHAIN, ret->chain, sizeof ret->chain);
    return true;
}

static bool wait_for(const Trace *trace, gint64 deadline)
{
    struct pollfd events = {.fd = mnl_socket_get_fd(trace->socket), .events = POLLIN};
    gint64 left = deadline - g_get_monotonic_time();

    return left > 0 && poll(&events, 1, (int)(left / 1000 + 1)) > 0;
}

/* ENOBUFS: somebody else traces a busy firewall, and some events are lost; more will come. */
bool trace_next(Trace *trace, gint64 deadline, TraceEvent *ret)
{
    for (;;) {
        while (trace->left > 0 && mnl_nlmsg_ok(trace->next, trace->left)) {
            const struct nlmsghdr *message = trace->next;
            trace->next = mnl_nlmsg_next(message, &trace->left);
            if (read_event(message, ret))
                return true;
        }
        if (!wait_for(trace, deadline))
            return false;
        trace->left = (int)mnl_socket_recvfrom(trace->socket, trace->room, sizeof trace->room);
        trace->next = (const struct nlmsghdr *)(const void *)trace->room;
    }
}
