/* nl-table.c - a table of the kernel's, listed: interfaces, addresses, routes, rules, or what was queued. */
#include "nl-socket.h"

#include <errno.h>
#include <sys/socket.h>

/* The end of a dump carries its errno, if it has failed (net/netlink/af_netlink.c, netlink_dump_done). */
static bool dump_ended(const struct nlmsghdr *h, GError **error)
{
    int errnum = mnl_nlmsg_get_payload_len(h) >= sizeof(int) ? -*(const int *)mnl_nlmsg_get_payload(h) : 0;

    if (errnum > 0)
        nl_fail(error, errnum, "cannot list", NULL);
    return errnum <= 0;
}

/* One pass over a dump. @ret_interrupted: the kernel's tables changed meanwhile, the answer may be
 * inconsistent. */
static bool dump_once(Nl *nl, NlEach each, void *user, bool *ret_interrupted, GError **error)
{
    for (;;) {
        ssize_t received = nl_receive(nl, error);
        if (received < 0)
            return false;
        int length = (int)received;
        for (const struct nlmsghdr *h = (void *)nl->answer; mnl_nlmsg_ok(h, length);
             h = mnl_nlmsg_next(h, &length)) {
            if (h->nlmsg_seq != nl->sequence)
                continue;
            if (h->nlmsg_flags & NLM_F_DUMP_INTR)
                *ret_interrupted = true;
            if (h->nlmsg_type == NLMSG_DONE)
                return dump_ended(h, error);
            if (h->nlmsg_type == NLMSG_ERROR) {
                const struct nlmsgerr *answer = mnl_nlmsg_get_payload(h);
                nl_fail(error, -answer->error, "cannot list", nl_words(h));
                return false;
            }
            if (each && !each(h, user))
                return false;
        }
    }
}

/* The payload must be the exact struct of its type: NETLINK_GET_STRICT_CHK refuses a shorter one. */
static size_t dump_payload(uint16_t type)
{
    switch (type) {
    case RTM_GETLINK:
        return sizeof(struct ifinfomsg);
    case RTM_GETADDR:
        return sizeof(struct ifaddrmsg);
    case RTM_GETRULE: /* struct fib_rule_hdr has the size of rtmsg */
    case RTM_GETROUTE:
        return sizeof(struct rtmsg);
    default:
        g_assert_not_reached();
    }
}

/* Sends the only queued request. */
static bool dump_send(Nl *nl, GError **error)
{
    NlRequest *request = nl->queue->pdata[0];
    bool sent;

    g_assert(nl->queue->len == 1); /* what was queued before would be sent instead */
    request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    sent = nl_send(nl, 0, 1, error);
    g_ptr_array_set_size(nl->queue, 0);
    return sent;
}

bool nl_dump_queued(Nl *nl, NlEach each, void *user, GError **error)
{
    bool interrupted;

    return dump_send(nl, error) && dump_once(nl, each, user, &interrupted, error);
}

/* @table 0: of all tables. */
static bool dump_begin(Nl *nl, uint16_t type, uint8_t family, uint32_t table, GError **error)
{
    union {
        uint8_t family;
        char bytes[sizeof(struct ifinfomsg) + sizeof(struct rtmsg)];
    } payload = {.family = family};
    struct nlmsghdr *h = nl_add(nl, NULL, type, NLM_F_DUMP, &payload, dump_payload(type));

    if (table)
        mnl_attr_put_u32(h, RTA_TABLE, table);
    return dump_send(nl, error);
}

static bool dump(Nl *nl, uint16_t type, uint8_t family, uint32_t table, NlEach each, void *user,
                 GError **error)
{
    /* Ten tries: on a host that changes all the time a possibly inconsistent list is better than none. */
    for (int tries = 0; tries < 10; tries++) {
        bool interrupted = false;
        if (!dump_begin(nl, type, family, table, error) || !dump_once(nl, each, user, &interrupted, error))
            return false;
        if (!interrupted)
            return true;
    }
    return true;
}

typedef struct Family {
    uint8_t family;
    NlEach each;
    void *user;
} Family;

static bool each_of_family(const struct nlmsghdr *message, void *user)
{
    const Family *family = user;
    const struct rtgenmsg *header = mnl_nlmsg_get_payload(message);

    return header->rtgen_family != family->family || family->each(message, family->user);
}

/* A kernel with ipv6.disable=1 lists the routes of the families that it has instead
 * (net/core/rtnetlink.c, rtnetlink_rcv_msg()), and knows no rules of IPv6 (net/core/fib_rules.c). */
static bool dump_family(Nl *nl, uint16_t type, uint8_t family, uint32_t table, NlEach each, void *user,
                        GError **error)
{
    Family one = {family, each, user};
    g_autoptr(GError) failure = NULL;

    if (family == AF_UNSPEC)
        return dump(nl, type, family, table, each, user, error);
    if (dump(nl, type, family, table, each_of_family, &one, &failure) ||
        g_error_matches(failure, NL_ERROR, EAFNOSUPPORT))
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

bool nl_dump(Nl *nl, uint16_t type, uint8_t family, NlEach each, void *user, GError **error)
{
    return dump_family(nl, type, family, 0, each, user, error);
}

bool nl_dump_table(Nl *nl, uint8_t family, uint32_t table, NlEach each, void *user, GError **error)
{
    GError *failure = NULL;

    if (dump_family(nl, RTM_GETROUTE, family, table, each, user, &failure))
        return true;
    /* a table that was never used is not there (net/ipv4/fib_frontend.c, inet_dump_fib) */
    if (g_error_matches(failure, NL_ERROR, ENOENT)) {
        g_clear_error(&failure);
        return true;
    }
    g_propagate_error(error, failure);
    return false;
}
