/* event.c - see event.h. */
#include "event.h"

#include "attr.h"
#include "firewall.h"
#include "uplink-rules.h"
#include "uplink-table.h"

#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>

static EventMeaning link_meaning(const struct nlmsghdr *message, GHashTable *ours)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    gpointer index = GINT_TO_POINTER(header->ifi_index);

    if ((attr_u32(&a, IFLA_GROUP, 0) & FIREWALL_GROUP_MASK) != FIREWALL_GROUP)
        return EVENT_WAYS;
    if (message->nlmsg_type == RTM_NEWLINK)
        g_hash_table_add(ours, index);
    else
        g_hash_table_remove(ours, index);
    return EVENT_NOTHING;
}

static bool is_ours(GHashTable *ours, unsigned index)
{
    return g_hash_table_contains(ours, GUINT_TO_POINTER(index));
}

/* A route of ours that is new was made by us; one that goes, perhaps not. */
static EventMeaning route_meaning(const struct nlmsghdr *message, GHashTable *ours)
{
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);

    if (uplink_table_is_ours(attr_u32(&a, RTA_TABLE, header->rtm_table)))
        return message->nlmsg_type == RTM_DELROUTE ? EVENT_WAYS : EVENT_NOTHING;
    return header->rtm_table == RT_TABLE_LOCAL || (header->rtm_flags & RTM_F_CLONED) ||
                   is_ours(ours, attr_u32(&a, RTA_OIF, 0))
               ? EVENT_NOTHING
               : EVENT_WAYS;
}

/* One of ours that is new was made by us. Of others any may have come to stand in front of them. */
static EventMeaning rule_meaning(const struct nlmsghdr *message)
{
    return message->nlmsg_type == RTM_NEWRULE && uplink_rules_is_ours(message) ? EVENT_NOTHING : EVENT_WAYS;
}

/* Forwarding was switched for all interfaces: by whom, is looked at. For single ones we do. */
static EventMeaning netconf_meaning(const struct nlmsghdr *message)
{
    Attributes a = attr_read(message, sizeof(struct netconfmsg));

    return attr_u32(&a, NETCONFA_IFINDEX, 0) == (uint32_t)NETCONFA_IFINDEX_ALL ? EVENT_WAYS : EVENT_NOTHING;
}

EventMeaning event_meaning(const struct nlmsghdr *message, GHashTable *ours)
{
    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return link_meaning(message, ours);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return is_ours(ours, ((const struct ifaddrmsg *)mnl_nlmsg_get_payload(message))->ifa_index)
                   ? EVENT_NOTHING
                   : EVENT_WAYS;
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return route_meaning(message, ours);
    case RTM_NEWNETCONF:
        return netconf_meaning(message);
    case RTM_NEWRULE:
    case RTM_DELRULE:
        return rule_meaning(message);
    default:
        return EVENT_NOTHING;
    }
}
