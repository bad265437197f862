/* kind-vlan.c - a VLAN of an interface: of the host, of another namespace, or of a link inside. */
#include "link.h"
#include "parse.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>

typedef struct VlanConf {
    uint32_t id;
    Choice protocol;
    Tristate gvrp, mvrp, loose_binding, reorder_header;
} VlanConf;

static const ConfWord protocols[] = {{"802.1Q", ETH_P_8021Q}, {"802.1ad", ETH_P_8021AD}, {}};

/* 0 is "no VLAN, a priority only", 4095 is reserved (IEEE 802.1Q, 9.6) */
static const ConfKey vlan_keys[] = {
    CONF_KEY("Id", VlanConf, id, .min = 1, .max = 4094),
    CONF_KEY("Protocol", VlanConf, protocol, .words = protocols, .initial = ETH_P_8021Q),
    CONF_KEY("GVRP", VlanConf, gvrp),
    CONF_KEY("MVRP", VlanConf, mvrp),
    CONF_KEY("LooseBinding", VlanConf, loose_binding),
    CONF_KEY("ReorderHeader", VlanConf, reorder_header),
    {},
};

static bool vlan_check(const LinkConf *link, GError **error)
{
    return ((const VlanConf *)link->own)->id || link_fail(link, "Id", error, "is missing: which VLAN it is");
}

static void flag(struct ifla_vlan_flags *flags, Tristate wish, uint32_t bit)
{
    if (wish == TRISTATE_UNSET)
        return;
    flags->mask |= bit;
    flags->flags |= wish == TRISTATE_YES ? bit : 0;
}

static void vlan_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const VlanConf *vlan = plan->conf->own;
    struct ifla_vlan_flags flags = {};

    flag(&flags, vlan->gvrp, VLAN_FLAG_GVRP);
    flag(&flags, vlan->mvrp, VLAN_FLAG_MVRP);
    flag(&flags, vlan->loose_binding, VLAN_FLAG_LOOSE_BINDING);
    flag(&flags, vlan->reorder_header, VLAN_FLAG_REORDER_HDR);
    mnl_attr_put_u16(message, IFLA_VLAN_ID, (uint16_t)vlan->id);
    mnl_attr_put_u16(message, IFLA_VLAN_PROTOCOL, htons((uint16_t)vlan->protocol.value));
    if (flags.mask)
        mnl_attr_put(message, IFLA_VLAN_FLAGS, sizeof flags, &flags);
}

const LinkKind kind_vlan = {
    .name = "vlan",
    .parent = PARENT_NEEDED,
    .unique = "Id",
    .conf_size = sizeof(VlanConf),
    .keys = vlan_keys,
    .check = vlan_check,
    .put_data = vlan_put_data,
};
