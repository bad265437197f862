/* kind-vxlan.c - an Ethernet carried over UDP. Its socket is in the host, or where ParentNamespace= says. */
#include "link.h"
#include "parse.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>

typedef struct VxlanConf {
    uint32_t vni; /* UINT32_MAX: not given */
    IpAddress remote, group, local;
    uint32_t port, ttl;
    Tristate learning;
} VxlanConf;

/* 4789: RFC 7348; the kernel's own default is 8472, from before that number was given */
static const ConfKey vxlan_keys[] = {
    CONF_KEY("VNI", VxlanConf, vni, .max = 0xffffff, .initial = UINT32_MAX),
    CONF_KEY("Remote", VxlanConf, remote),
    CONF_KEY("Group", VxlanConf, group),
    CONF_KEY("Local", VxlanConf, local),
    CONF_KEY("DestinationPort", VxlanConf, port, .min = 1, .max = 65535, .initial = 4789),
    CONF_KEY("MacLearning", VxlanConf, learning),
    CONF_KEY("TTL", VxlanConf, ttl, .max = 255),
    {},
};

static const IpAddress *destination(const VxlanConf *vxlan)
{
    return vxlan->remote.family ? &vxlan->remote : &vxlan->group;
}

static bool vxlan_check(const LinkConf *link, GError **error)
{
    const VxlanConf *vxlan = link->own;
    const IpAddress *to = destination(vxlan);

    if (vxlan->vni == UINT32_MAX)
        return link_fail(link, "VNI", error, "is missing: the number of the virtual network");
    if (vxlan->remote.family && vxlan->group.family)
        return link_fail(link, "Group", error, "the other side is one address, Remote=, or a group");
    if (vxlan->remote.family && ip_address_is_multicast(&vxlan->remote))
        return link_fail(link, "Remote", error, "a multicast address; write Group=");
    if (vxlan->group.family && !ip_address_is_multicast(&vxlan->group))
        return link_fail(link, "Group", error, "not a multicast address; a single one is Remote=");
    if (vxlan->group.family && !link->parent.text[0])
        return link_fail(link, "Group", error, "Parent= must say on which interface the group is");
    if (to->family && vxlan->local.family && to->family != vxlan->local.family)
        return link_fail(link, "Local", error, "not of the family of the other side's address");
    return true;
}

static void put_address(struct nlmsghdr *message, uint16_t ipv4, uint16_t ipv6, const IpAddress *address)
{
    if (address->family)
        mnl_attr_put(message, address->family == AF_INET ? ipv4 : ipv6, ip_address_bits(address->family) / 8,
                     address->bytes);
}

static void vxlan_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const VxlanConf *vxlan = plan->conf->own;

    mnl_attr_put_u32(message, IFLA_VXLAN_ID, vxlan->vni);
    put_address(message, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6, destination(vxlan));
    put_address(message, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6, &vxlan->local);
    if (plan->parent)
        mnl_attr_put_u32(message, IFLA_VXLAN_LINK, plan->parent);
    mnl_attr_put_u8(message, IFLA_VXLAN_LEARNING, vxlan->learning != TRISTATE_NO);
    if (vxlan->ttl)
        mnl_attr_put_u8(message, IFLA_VXLAN_TTL, (uint8_t)vxlan->ttl);
    mnl_attr_put_u16(message, IFLA_VXLAN_PORT, htons((uint16_t)vxlan->port));
}

const LinkKind kind_vxlan = {
    .name = "vxlan",
    .parent = PARENT_OPTIONAL,
    .parent_in_data = true,
    .has_own_mac = link_always,
    .unique = "VNI",
    .conf_size = sizeof(VxlanConf),
    .keys = vxlan_keys,
    .check = vxlan_check,
    .put_data = vxlan_put_data,
};
