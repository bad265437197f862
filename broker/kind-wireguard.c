/* kind-wireguard.c - WireGuard: its socket is where it is made, in the host or where Bind= says, and stays
 * there (drivers/net/wireguard/device.c, wg_newlink: creating_net). */
#include "ip.h"
#include "link.h"
#include "nl-generic.h"
#include "parse.h"
#include "wireguard-peer.h"
#include "wireguard.h"

#include <arpa/inet.h>
#include <linux/wireguard.h>
#include <string.h>

#define ALLOWED_AT_ONCE 500 /* 44 bytes each */

static const ConfKey wireguard_keys[] = {
    CONF_KEY("PrivateKeyFile", WireguardConf, key_file),
    CONF_KEY("ConfigFile", WireguardConf, config_file),
    CONF_KEY("ListenPort", WireguardConf, port, .max = 65535),
    CONF_KEY("FirewallMark", WireguardConf, mark),
    CONF_KEY("RouteAllowedIPs", WireguardConf, route_allowed),
    CONF_KEY("Bind", WireguardConf, bind),
    {},
};

static bool wireguard_check(const LinkConf *link, GError **error)
{
    const WireguardConf *wireguard = link->own;

    if (!wireguard->key_file && !wireguard->config_file)
        return link_fail(link, "PrivateKeyFile", error,
                         "is missing; or ConfigFile=, a file of wg-quick(8)'s");
    if (wireguard->key_file && wireguard->key_file[0] != '/')
        return link_fail(link, "PrivateKeyFile", error, "must be an absolute path");
    if (wireguard->config_file && wireguard->config_file[0] != '/')
        return link_fail(link, "ConfigFile", error, "must be an absolute path");
    return true;
}

static const char *wireguard_peer(const LinkConf *link)
{
    return ((const WireguardConf *)link->own)->bind;
}

/* DNS= of wg-quick(8) */
static bool wireguard_may_name_servers(const LinkConf *link)
{
    return ((const WireguardConf *)link->own)->config_file;
}

static void wireguard_wipe(void *own)
{
    explicit_bzero(&((WireguardConf *)own)->private_key, sizeof(WireguardKey));
}

static void put_allowed(struct nlmsghdr *h, const GPtrArray *prefixes, guint first)
{
    struct nlattr *list = mnl_attr_nest_start(h, WGPEER_A_ALLOWEDIPS);

    for (guint i = first; i < prefixes->len && i < first + ALLOWED_AT_ONCE; i++) {
        const IpPrefix *prefix = prefixes->pdata[i];
        struct nlattr *one = mnl_attr_nest_start(h, 0);
        mnl_attr_put_u16(h, WGALLOWEDIP_A_FAMILY, (uint16_t)prefix->address.family);
        mnl_attr_put(h, WGALLOWEDIP_A_IPADDR, ip_address_bits(prefix->address.family) / 8,
                     prefix->address.bytes);
        mnl_attr_put_u8(h, WGALLOWEDIP_A_CIDR_MASK, prefix->length);
        mnl_attr_nest_end(h, one);
    }
    mnl_attr_nest_end(h, list);
}

static struct nlmsghdr *add(Nl *nl, uint16_t family, const LinkPlan *plan, char *what)
{
    struct nlmsghdr *h = nl_generic_add(nl, what, family, WG_CMD_SET_DEVICE, WG_GENL_VERSION);

    mnl_attr_put_u32(h, WGDEVICE_A_IFINDEX, plan->index);
    return h;
}

static void queue_device(Nl *nl, uint16_t family, const LinkPlan *plan)
{
    const WireguardConf *own = plan->conf->own;
    g_autofree char *cite = conf_cite(plan->conf->lines, own->port ? "ListenPort" : "Kind");
    struct nlmsghdr *h = add(nl, family, plan, g_strdup_printf("%s: cannot set it", cite));

    mnl_attr_put_u32(h, WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
    mnl_attr_put(h, WGDEVICE_A_PRIVATE_KEY, sizeof own->private_key.bytes, own->private_key.bytes);
    mnl_attr_put_u16(h, WGDEVICE_A_LISTEN_PORT, (uint16_t)own->port);
    mnl_attr_put_u32(h, WGDEVICE_A_FWMARK, own->mark);
}

static void put_peer(struct nlmsghdr *h, const PeerConf *peer)
{
    if (peer->preshared.set)
        mnl_attr_put(h, WGPEER_A_PRESHARED_KEY, sizeof peer->preshared.bytes, peer->preshared.bytes);
    wireguard_put_endpoint(h, &peer->address, peer->port);
    mnl_attr_put_u16(h, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, (uint16_t)peer->keepalive);
}

/* A request each, and more of them for many prefixes, which add up: an attribute has 64 KiB at most. */
static void queue_peer(Nl *nl, uint16_t family, const LinkPlan *plan, const PeerConf *peer)
{
    guint first = 0;

    do {
        struct nlmsghdr *h = add(nl, family, plan, g_strdup_printf("%s: cannot set the peer", peer->where));
        struct nlattr *peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS), *one = mnl_attr_nest_start(h, 0);
        mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, sizeof peer->public_key.bytes, peer->public_key.bytes);
        if (first == 0)
            put_peer(h, peer);
        put_allowed(h, peer->allowed, first);
        mnl_attr_nest_end(h, one);
        mnl_attr_nest_end(h, peers);
        first += ALLOWED_AT_ONCE;
    } while (first < peer->allowed->len);
}

static bool wireguard_configure(const LinkPlan *plan, const Conf *conf, GError **error)
{
    g_autoptr(Nl) nl = nl_open_generic_at(plan->nsfd, error);
    uint16_t family;

    if (!nl || !nl_generic_family(nl, WG_GENL_NAME, &family, error))
        return false;
    queue_device(nl, family, plan);
    for (guint i = 0; i < conf->peers->len; i++) {
        const PeerConf *peer = conf->peers->pdata[i];
        if (g_strcmp0(peer->link, plan->conf->label) == 0)
            queue_peer(nl, family, plan, peer);
    }
    return nl_run(nl, error);
}

const LinkKind kind_wireguard = {
    .name = "wireguard",
    .has_peers = true,
    .has_no_mac = true,
    .outer_key = "Bind",
    .conf_size = sizeof(WireguardConf),
    .keys = wireguard_keys,
    .check = wireguard_check,
    .peer = wireguard_peer,
    .read = wireguard_read,
    .may_name_servers = wireguard_may_name_servers,
    .wipe = wireguard_wipe,
    .configure = wireguard_configure,
};
