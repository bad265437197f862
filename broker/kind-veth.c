/* kind-veth.c - a pair of virtual Ethernet devices: one end inside, the other in the host, on one of its
 * bridges, or in another namespace. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

typedef struct VethConf {
    IfName bridge;
    Tristate create_bridge;
    char *peer;
} VethConf;

static const ConfKey veth_keys[] = {
    CONF_KEY("Bridge", VethConf, bridge),
    CONF_KEY("CreateBridge", VethConf, create_bridge),
    CONF_KEY("Peer", VethConf, peer),
    {},
};

static bool veth_check(const LinkConf *link, GError **error)
{
    const VethConf *veth = link->own;
    const char *key = NULL, *why = NULL;

    if (veth->peer && veth->bridge.text[0]) {
        key = "Peer";
        why = "the outer end cannot be on a bridge of the host and in another namespace";
    } else if (veth->create_bridge == TRISTATE_YES && !veth->bridge.text[0]) {
        key = "CreateBridge";
        why = "Bridge= does not say which";
    } else if (veth->bridge.text[0] && link->host_addresses->len > 0) {
        key = "HostAddress";
        why = "the host's end is a port of a bridge: an address belongs on the bridge";
    }
    return !key || link_fail(link, key, error, why);
}

/* The inner end, born in its namespace in the same message: moving a finished device costs 26 ms of RCU grace
 * periods. drivers/net/veth.c, veth_newlink(): VETH_INFO_PEER holds an ifinfomsg and then link attributes. */
static void veth_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    struct nlattr *peer = mnl_attr_nest_start(message, VETH_INFO_PEER);

    mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(message, IFLA_IFNAME, plan->name);
    mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)plan->nsfd);
    if (plan->conf->mtu)
        mnl_attr_put_u32(message, IFLA_MTU, plan->conf->mtu);
    if (plan->mac.set)
        mnl_attr_put(message, IFLA_ADDRESS, sizeof plan->mac.bytes, plan->mac.bytes);
    mnl_attr_nest_end(message, peer);
}

static const char *veth_bridge(const LinkConf *link, bool *ret_create)
{
    const VethConf *veth = link->own;

    *ret_create = veth->create_bridge == TRISTATE_YES;
    return veth->bridge.text[0] ? veth->bridge.text : NULL;
}

static const char *veth_peer(const LinkConf *link)
{
    return ((const VethConf *)link->own)->peer;
}

const LinkKind kind_veth = {
    .name = "veth",
    .has_host_end = true,
    .born_outside = true,
    .has_own_mac = link_always,
    .outer_key = "Peer",
    .conf_size = sizeof(VethConf),
    .keys = veth_keys,
    .check = veth_check,
    .put_data = veth_put_data,
    .bridge = veth_bridge,
    .peer = veth_peer,
};
