/* route-flush.c - see route-flush.h. A route or rule is removed by sending back what the kernel listed. */
#include "route-flush.h"

#include "attr.h"
#include "route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <string.h>

typedef struct Listed {
    GPtrArray *messages; /* struct nlmsghdr *, copies */
    bool rules;
    uint32_t table; /* 0: of all tables */
} Listed;

static bool is_wanted(const Listed *listed, const struct nlmsghdr *message)
{
    /* struct fib_rule_hdr has the size of rtmsg */
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    const uint8_t *protocol = attr_bytes(&a, FRA_PROTOCOL, 1);
    bool ours =
        listed->rules ? protocol && *protocol == ROUTE_PROTOCOL : header->rtm_protocol == ROUTE_PROTOCOL;

    G_STATIC_ASSERT((int)FRA_TABLE == (int)RTA_TABLE);
    return ours && (!listed->table || attr_u32(&a, FRA_TABLE, header->rtm_table) == listed->table);
}

static bool collect(const struct nlmsghdr *message, void *user)
{
    Listed *listed = user;

    if (is_wanted(listed, message))
        g_ptr_array_add(listed->messages, g_memdup2(message, message->nlmsg_len));
    return true;
}

static bool flush(Nl *nl, uint16_t list, uint8_t family, uint32_t table, GError **error)
{
    Listed listed = {g_ptr_array_new_with_free_func(g_free), list == RTM_GETRULE, table};
    bool filter = table && list == RTM_GETROUTE;
    bool fine = filter ? nl_dump_table(nl, family, table, collect, &listed, error)
                       : nl_dump(nl, list, family, collect, &listed, error);

    for (guint i = 0; fine && i < listed.messages->len; i++) {
        const struct nlmsghdr *message = listed.messages->pdata[i];
        /* RTM_NEW*, _DEL*, _GET* follow each other in this order (rtnetlink.h) */
        nl_add(nl, NULL, (uint16_t)(list - 1), 0, mnl_nlmsg_get_payload(message),
               mnl_nlmsg_get_payload_len(message));
        nl_tolerate(nl, ESRCH);
        nl_tolerate(nl, ENOENT);
    }
    g_ptr_array_unref(listed.messages);
    return fine && nl_run(nl, error);
}

static bool flush_all(Nl *nl, uint32_t table, GError **error)
{
    return flush(nl, RTM_GETRULE, AF_INET, table, error) && flush(nl, RTM_GETRULE, AF_INET6, table, error) &&
           flush(nl, RTM_GETROUTE, AF_INET, table, error) && flush(nl, RTM_GETROUTE, AF_INET6, table, error);
}

bool route_flush(Nl *inside, GError **error)
{
    return flush_all(inside, 0, error);
}

bool route_flush_table(Nl *host, uint32_t table, GError **error)
{
    return flush_all(host, table, error);
}
