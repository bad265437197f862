/* route-flush.c - see route-flush.h. A route or rule is removed by sending back what the kernel listed. */
#include "route-flush.h"

#include "route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <string.h>

typedef struct Listed {
    GPtrArray *messages; /* struct nlmsghdr *, copies */
    bool rules;
} Listed;

static bool rule_is_ours(const struct nlmsghdr *message)
{
    const struct nlattr *attr;

    mnl_attr_for_each(attr, message,
                      sizeof(struct fib_rule_hdr)) if (mnl_attr_get_type(attr) ==
                                                       FRA_PROTOCOL) return mnl_attr_get_u8(attr) ==
        ROUTE_PROTOCOL;
    return false;
}

static bool collect(const struct nlmsghdr *message, void *user)
{
    Listed *listed = user;
    const struct rtmsg *route = mnl_nlmsg_get_payload(message);

    if (listed->rules ? rule_is_ours(message) : route->rtm_protocol == ROUTE_PROTOCOL)
        g_ptr_array_add(listed->messages, g_memdup2(message, message->nlmsg_len));
    return true;
}

static bool flush(Nl *nl, uint16_t list, uint16_t remove, uint8_t family, GError **error)
{
    Listed listed = {g_ptr_array_new_with_free_func(g_free), list == RTM_GETRULE};
    bool fine = nl_dump(nl, list, family, collect, &listed, error);

    for (guint i = 0; fine && i < listed.messages->len; i++) {
        const struct nlmsghdr *message = listed.messages->pdata[i];
        nl_add(nl, NULL, remove, 0, mnl_nlmsg_get_payload(message), mnl_nlmsg_get_payload_len(message));
        nl_tolerate(nl, ESRCH);
        nl_tolerate(nl, ENOENT);
    }
    g_ptr_array_unref(listed.messages);
    return fine && nl_run(nl, error);
}

bool route_flush(Nl *inside, GError **error)
{
    return flush(inside, RTM_GETRULE, RTM_DELRULE, AF_INET, error) &&
           flush(inside, RTM_GETRULE, RTM_DELRULE, AF_INET6, error) &&
           flush(inside, RTM_GETROUTE, RTM_DELROUTE, AF_INET, error) &&
           flush(inside, RTM_GETROUTE, RTM_DELROUTE, AF_INET6, error);
}
