/* kind-vrf.c - a routing table of its own for some of the links, which are its ports by Master=. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

typedef struct VrfConf {
    uint32_t table;
} VrfConf;

static const ConfKey vrf_keys[] = {
    CONF_KEY("Table", VrfConf, table, .min = 1),
    {},
};

static bool vrf_check(const LinkConf *link, GError **error)
{
    uint32_t table = ((const VrfConf *)link->own)->table;

    if (table >= RT_TABLE_DEFAULT && table <= RT_TABLE_LOCAL)
        return link_fail(link, "Table", error, "253 to 255 are the tables of what is in no vrf");
    return table || link_fail(link, "Table", error, "is missing: the routing table of its ports");
}

static void vrf_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    mnl_attr_put_u32(message, IFLA_VRF_TABLE, ((const VrfConf *)plan->conf->own)->table);
}

static uint32_t vrf_table(const LinkConf *link)
{
    return ((const VrfConf *)link->own)->table;
}

const LinkKind kind_vrf = {
    .name = "vrf",
    .is_master = true,
    .conf_size = sizeof(VrfConf),
    .keys = vrf_keys,
    .check = vrf_check,
    .put_data = vrf_put_data,
    .table = vrf_table,
};
