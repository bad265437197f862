/* kind-macvlan.c - an address of its own on the network of a host's interface, without a bridge. */
#include "link.h"
#include "parse.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>

#define SOURCES_MAX 1024 /* 12 bytes each in one request */

typedef struct MacvlanConf {
    Choice mode;
    GPtrArray *sources; /* MacAddress* */
    Tristate host_peer;
} MacvlanConf;

static const ConfWord modes[] = {
    {"bridge", MACVLAN_MODE_BRIDGE},     {"private", MACVLAN_MODE_PRIVATE}, {"vepa", MACVLAN_MODE_VEPA},
    {"passthru", MACVLAN_MODE_PASSTHRU}, {"source", MACVLAN_MODE_SOURCE},   {},
};

static const ConfKey macvlan_keys[] = {
    CONF_KEY("Mode", MacvlanConf, mode, .words = modes, .initial = MACVLAN_MODE_BRIDGE),
    CONF_LIST("SourceMACAddress", MacvlanConf, sources, mac),
    CONF_KEY("HostPeer", MacvlanConf, host_peer),
    {},
};

static bool macvlan_host_sibling(const LinkConf *link)
{
    const MacvlanConf *macvlan = link->own;

    return macvlan->host_peer == TRISTATE_YES || link->host_addresses->len > 0;
}

/* A passthru has its parent's: another one would become the parent's too (macvlan_set_mac_address). */
static bool macvlan_has_own_mac(const LinkConf *link)
{
    return ((const MacvlanConf *)link->own)->mode.value != MACVLAN_MODE_PASSTHRU;
}

static bool macvlan_check(const LinkConf *link, GError **error)
{
    const MacvlanConf *macvlan = link->own;
    bool host = link->kind->host_sibling;
    bool sources = macvlan->sources && macvlan->sources->len > 0;
    const char *key = NULL, *why = NULL;

    if (sources && macvlan->mode.value != MACVLAN_MODE_SOURCE) {
        key = "SourceMACAddress";
        why = "only Mode=source has a list of senders";
    } else if (sources && macvlan->sources->len > SOURCES_MAX) {
        key = "SourceMACAddress";
        why = "more than 1024 senders do not fit into one request";
    } else if (!sources && macvlan->mode.value == MACVLAN_MODE_SOURCE) {
        key = "Mode";
        why = "SourceMACAddress= must list whose packets are let in";
    } else if (macvlan->host_peer == TRISTATE_YES && !host) {
        key = "HostPeer";
        why = "a macvtap has no interface in the host";
    } else if (macvlan->host_peer == TRISTATE_NO && link->host_addresses->len > 0) {
        key = "HostAddress";
        why = "HostPeer=no leaves no interface in the host to have it";
    } else if (host && macvlan_host_sibling(link) && macvlan->mode.value != MACVLAN_MODE_BRIDGE) {
        key = link->host_addresses->len > 0 ? "HostAddress" : "HostPeer";
        why = "host and namespace can only talk in Mode=bridge";
    }
    return !key || link_fail(link, key, error, why);
}

/* drivers/net/macvlan.c, macvlan_changelink_sources(): MACVLAN_MACADDR_SET replaces the list by the nested
 * one. */
static void macvlan_put_data(struct nlmsghdr *message, const LinkPlan *plan)
{
    const MacvlanConf *macvlan = plan->conf->own;

    mnl_attr_put_u32(message, IFLA_MACVLAN_MODE, macvlan->mode.value);
    if (macvlan->mode.value != MACVLAN_MODE_SOURCE)
        return;
    mnl_attr_put_u32(message, IFLA_MACVLAN_MACADDR_MODE, MACVLAN_MACADDR_SET);
    struct nlattr *list = mnl_attr_nest_start(message, IFLA_MACVLAN_MACADDR_DATA);
    for (guint i = 0; i < macvlan->sources->len; i++) {
        const MacAddress *mac = macvlan->sources->pdata[i];
        mnl_attr_put(message, IFLA_MACVLAN_MACADDR, sizeof mac->bytes, mac->bytes);
    }
    mnl_attr_nest_end(message, list);
}

/* The same with a character device, /dev/tapN, that a virtual machine opens; N is its number, and there is
 * but one /dev. */
const LinkKind kind_macvtap = {
    .name = "macvtap",
    .parent = PARENT_NEEDED,
    .has_number = true,
    .has_own_mac = macvlan_has_own_mac,
    .conf_size = sizeof(MacvlanConf),
    .keys = macvlan_keys,
    .check = macvlan_check,
    .put_data = macvlan_put_data,
};

const LinkKind kind_macvlan = {
    .name = "macvlan",
    .parent = PARENT_NEEDED,
    .has_host_end = true,
    .has_own_mac = macvlan_has_own_mac,
    .conf_size = sizeof(MacvlanConf),
    .keys = macvlan_keys,
    .check = macvlan_check,
    .put_data = macvlan_put_data,
    .host_sibling = macvlan_host_sibling,
};
