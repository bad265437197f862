/* kind-bridge.c - a bridge inside; other links are its ports by Master=. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>

#define TICKS 100 /* the kernel's clock_t has USER_HZ a second, on every machine that Linux runs on today */

typedef struct BridgeConf {
    Tristate stp, vlan_filtering, multicast_snooping;
    uint32_t forward_delay, ageing_time, priority; /* UINT32_MAX: the kernel's */
} BridgeConf;

/* net/bridge/br_private_stp.h: 2 to 30 seconds, checked only while STP runs; 0 is what virtual machines like.
 */
static const ConfKey bridge_keys[] = {
    CONF_KEY("STP", BridgeConf, stp),
    CONF_KEY("ForwardDelaySec", BridgeConf, forward_delay, .max = 30, .initial = UINT32_MAX),
    CONF_KEY("AgeingTimeSec", BridgeConf, ageing_time, .max = 1000000, .initial = UINT32_MAX),
    CONF_KEY("Priority", BridgeConf, priority, .max = 65535, .initial = UINT32_MAX),
    CONF_KEY("VLANFiltering", BridgeConf, vlan_filtering),
    CONF_KEY("MulticastSnooping", BridgeConf, multicast_snooping),
    {},
};

static bool bridge_check(const LinkConf *link, GError **error)
{
    const BridgeConf *bridge = link->own;

    return bridge->stp != TRISTATE_YES || bridge->forward_delay >= 2 ||
           link_fail(link, "ForwardDelaySec", error, "STP=yes needs 2 to 30");
}

static void put_switch(struct nlmsghdr *message, uint16_t type, Tristate wish)
{
    if (wish != TRISTATE_UNSET)
        mnl_attr_put_u8(message, type, wish == TRISTATE_YES);
}

static void bridge_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const BridgeConf *bridge = plan->conf->own;

    if (bridge->forward_delay != UINT32_MAX)
        mnl_attr_put_u32(message, IFLA_BR_FORWARD_DELAY, bridge->forward_delay * TICKS);
    if (bridge->ageing_time != UINT32_MAX)
        mnl_attr_put_u32(message, IFLA_BR_AGEING_TIME, bridge->ageing_time * TICKS);
    if (bridge->priority != UINT32_MAX)
        mnl_attr_put_u16(message, IFLA_BR_PRIORITY, (uint16_t)bridge->priority);
    if (bridge->stp != TRISTATE_UNSET)
        mnl_attr_put_u32(message, IFLA_BR_STP_STATE, bridge->stp == TRISTATE_YES);
    put_switch(message, IFLA_BR_VLAN_FILTERING, bridge->vlan_filtering);
    put_switch(message, IFLA_BR_MCAST_SNOOPING, bridge->multicast_snooping);
}

const LinkKind kind_bridge = {
    .name = "bridge",
    .is_master = true,
    .has_own_mac = link_always,
    .conf_size = sizeof(BridgeConf),
    .keys = bridge_keys,
    .check = bridge_check,
    .put_data = bridge_put_data,
};
