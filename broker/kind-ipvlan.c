/* kind-ipvlan.c - an address of its own on the network of a host's interface, under that interface's MAC
 * address: where a switch port or an access point lets only one in. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>

typedef struct IpvlanConf {
    Choice mode, flags;
} IpvlanConf;

static const ConfWord modes[] = {
    {"l2", IPVLAN_MODE_L2}, {"l3", IPVLAN_MODE_L3}, {"l3s", IPVLAN_MODE_L3S}, {}};

static const ConfWord flags[] = {{"bridge", 0}, {"private", IPVLAN_F_PRIVATE}, {"vepa", IPVLAN_F_VEPA}, {}};

static const ConfKey ipvlan_keys[] = {
    CONF_KEY("Mode", IpvlanConf, mode, .words = modes, .initial = IPVLAN_MODE_L2),
    CONF_KEY("Flags", IpvlanConf, flags, .words = flags, .initial = 0),
    {},
};

static void ipvlan_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const IpvlanConf *ipvlan = plan->conf->own;

    mnl_attr_put_u16(message, IFLA_IPVLAN_MODE, (uint16_t)ipvlan->mode.value);
    mnl_attr_put_u16(message, IFLA_IPVLAN_FLAGS, (uint16_t)ipvlan->flags.value);
}

/* It has the parent's address (drivers/net/ipvlan/ipvlan_main.c, ipvlan_link_new). */
static bool ipvlan_check(const LinkConf *link, GError **error)
{
    return !link->mac.set ||
           link_fail(link, "MACAddress", error,
                     "an ipvlan has the MAC address of its parent; Kind=macvlan has its own");
}

/* In these modes the parent's namespace routes for it (Documentation/networking/ipvlan.rst, 4.2). */
static bool ipvlan_is_deaf(const LinkConf *link)
{
    return ((const IpvlanConf *)link->own)->mode.value != IPVLAN_MODE_L2;
}

const LinkKind kind_ipvlan = {
    .name = "ipvlan",
    .shares_mac = true,
    .is_deaf = ipvlan_is_deaf,
    .parent = PARENT_NEEDED,
    .conf_size = sizeof(IpvlanConf),
    .keys = ipvlan_keys,
    .check = ipvlan_check,
    .put_data = ipvlan_put_data,
};
