/* kind-bond.c - several interfaces as one; they are its ports by Master=. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/if_bonding.h>
#include <linux/if_link.h>

#define MONITOR 100 /* ms, as Documentation/networking/bonding.rst advises; the kernel's 0 never looks */

typedef struct BondConf {
    Choice mode, hash, lacp_rate;
    uint32_t monitor; /* ms */
} BondConf;

static const ConfWord modes[] = {
    {"balance-rr", BOND_MODE_ROUNDROBIN}, {"active-backup", BOND_MODE_ACTIVEBACKUP},
    {"balance-xor", BOND_MODE_XOR},       {"broadcast", BOND_MODE_BROADCAST},
    {"802.3ad", BOND_MODE_8023AD},        {"balance-tlb", BOND_MODE_TLB},
    {"balance-alb", BOND_MODE_ALB},       {},
};

static const ConfWord hashes[] = {
    {"layer2", BOND_XMIT_POLICY_LAYER2},    {"layer3+4", BOND_XMIT_POLICY_LAYER34},
    {"layer2+3", BOND_XMIT_POLICY_LAYER23}, {"encap2+3", BOND_XMIT_POLICY_ENCAP23},
    {"encap3+4", BOND_XMIT_POLICY_ENCAP34}, {},
};

static const ConfWord rates[] = {{"slow", 0}, {"fast", 1}, {}};

static const ConfKey bond_keys[] = {
    CONF_KEY("Mode", BondConf, mode, .words = modes, .initial = BOND_MODE_ROUNDROBIN),
    CONF_KEY("MIIMonitor", BondConf, monitor, .max = 60000, .initial = MONITOR),
    CONF_KEY("TransmitHashPolicy", BondConf, hash, .words = hashes, .initial = BOND_XMIT_POLICY_LAYER2),
    CONF_KEY("LACPTransmitRate", BondConf, lacp_rate, .words = rates, .initial = 0),
    {},
};

static bool given(const LinkConf *link, const char *key)
{
    for (guint i = 0; i < link->lines->len; i++)
        if (g_str_equal(((const ConfLine *)link->lines->pdata[i])->key, key))
            return true;
    return false;
}

static bool bond_check(const LinkConf *link, GError **error)
{
    const BondConf *bond = link->own;
    uint32_t mode = bond->mode.value;
    bool hashes_at_all = mode == BOND_MODE_XOR || mode == BOND_MODE_8023AD || mode == BOND_MODE_TLB;

    if (bond->lacp_rate.value && mode != BOND_MODE_8023AD)
        return link_fail(link, "LACPTransmitRate", error, "only Mode=802.3ad speaks LACP");
    if (given(link, "TransmitHashPolicy") && !hashes_at_all)
        return link_fail(link, "TransmitHashPolicy", error,
                         "only Mode=balance-xor, 802.3ad and balance-tlb choose the port by a hash");
    return true;
}

/* drivers/net/bonding/bond_options.c: LACP's rate is refused in other modes */
static void bond_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const BondConf *bond = plan->conf->own;

    mnl_attr_put_u8(message, IFLA_BOND_MODE, (uint8_t)bond->mode.value);
    mnl_attr_put_u32(message, IFLA_BOND_MIIMON, bond->monitor);
    if (given(plan->conf, "TransmitHashPolicy"))
        mnl_attr_put_u8(message, IFLA_BOND_XMIT_HASH_POLICY, (uint8_t)bond->hash.value);
    if (bond->mode.value == BOND_MODE_8023AD)
        mnl_attr_put_u8(message, IFLA_BOND_AD_LACP_RATE, (uint8_t)bond->lacp_rate.value);
}

const LinkKind kind_bond = {
    .name = "bond",
    .is_master = true,
    .conf_size = sizeof(BondConf),
    .keys = bond_keys,
    .check = bond_check,
    .put_data = bond_put_data,
};
