/* route-flush.c - see route-flush.h. A route or rule is removed by sending back what the kernel listed. */
#include "route-flush.h"

#include "attr.h"
#include "route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <string.h>

typedef struct Listed {
    GPtrArray *messages; /* struct nlmsghdr *, copies */
    bool (*matches)(const struct nlmsghdr *, const void *);
    const void *user;
} Listed;

static bool collect(const struct nlmsghdr *message, void *user)
{
    Listed *listed = user;

    if (listed->matches(message, listed->user))
        g_ptr_array_add(listed->messages, g_memdup2(message, message->nlmsg_len));
    return true;
}

/* RTM_NEW*, _DEL*, _GET* follow each other in this order (rtnetlink.h). */
static bool remove_listed(Nl *nl, uint16_t list, const GPtrArray *messages, GError **error)
{
    for (guint i = 0; i < messages->len; i++) {
        const struct nlmsghdr *message = messages->pdata[i];
        nl_add(nl, NULL, (uint16_t)(list - 1), 0, mnl_nlmsg_get_payload(message),
               mnl_nlmsg_get_payload_len(message));
        nl_tolerate(nl, ESRCH);
        nl_tolerate(nl, ENOENT);
    }
    return nl_run(nl, error);
}

bool route_flush_matching(Nl *nl, uint32_t table, bool (*matches)(const struct nlmsghdr *, const void *),
                          const void *user, GError **error)
{
    static const struct {
        uint16_t list;
        uint8_t family;
    } passes[] = {
        {RTM_GETRULE, AF_INET}, {RTM_GETRULE, AF_INET6}, {RTM_GETROUTE, AF_INET}, {RTM_GETROUTE, AF_INET6}};

    for (size_t i = 0; i < G_N_ELEMENTS(passes); i++) {
        g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
        Listed listed = {messages, matches, user};
        bool filter = table && passes[i].list == RTM_GETROUTE;
        if (!(filter ? nl_dump_table(nl, passes[i].family, table, collect, &listed, error)
                     : nl_dump(nl, passes[i].list, passes[i].family, collect, &listed, error)) ||
            !remove_listed(nl, passes[i].list, messages, error))
            return false;
    }
    return true;
}

/* By our protocol number: of rules it is an attribute, of routes in the header. */
static bool has_protocol(const struct nlmsghdr *message, const void *user)
{
    const struct rtmsg *route = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *route);
    const uint8_t *protocol = attr_bytes(&a, FRA_PROTOCOL, 1);

    (void)user;
    return message->nlmsg_type == RTM_NEWRULE ? protocol && *protocol == ROUTE_PROTOCOL
                                              : route->rtm_protocol == ROUTE_PROTOCOL;
}

bool route_flush(Nl *inside, GError **error)
{
    return route_flush_matching(inside, 0, has_protocol, NULL, error);
}
