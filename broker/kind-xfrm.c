/* kind-xfrm.c - the interface of IPsec policies and states that have its number; they, and the daemon that
 * sets them, are in the host, or where ParentNamespace= says. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>

typedef struct XfrmConf {
    uint32_t id;
} XfrmConf;

/* if_id 0 is "no interface" (net/xfrm/xfrm_interface_core.c, xfrmi_newlink) */
static const ConfKey xfrm_keys[] = {
    CONF_KEY("InterfaceId", XfrmConf, id, .min = 1),
    {},
};

static bool xfrm_check(const LinkConf *link, GError **error)
{
    return ((const XfrmConf *)link->own)->id ||
           link_fail(link, "InterfaceId", error, "is missing: the if_id of the policies and states");
}

static void xfrm_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    if (plan->parent)
        mnl_attr_put_u32(message, IFLA_XFRM_LINK, plan->parent);
    mnl_attr_put_u32(message, IFLA_XFRM_IF_ID, ((const XfrmConf *)plan->conf->own)->id);
}

/* Born in place it would look for its states, and its underlay's number, in the namespace it is in. */
const LinkKind kind_xfrm = {
    .name = "xfrm",
    .parent = PARENT_OPTIONAL,
    .parent_in_data = true,
    .is_moved = true,
    .has_no_mac = true,
    .unique = "InterfaceId",
    .conf_size = sizeof(XfrmConf),
    .keys = xfrm_keys,
    .check = xfrm_check,
    .put_data = xfrm_put_data,
};
