/* kind-vpn.c - the tun or tap that a VPN program makes: taken in when it comes (arrival.h), and again. */
#include "link.h"
#include "parse.h"

typedef struct VpnConf {
    char **interfaces;
} VpnConf;

static const ConfKey vpn_keys[] = {
    CONF_KEY("Interface", VpnConf, interfaces),
    {},
};

static bool vpn_check(const LinkConf *link, GError **error)
{
    const VpnConf *vpn = link->own;

    if (!vpn->interfaces || !vpn->interfaces[0])
        return link_fail(link, "Interface", error, "is missing: which interface is taken in, as tun*");
    if (link->master.text[0])
        return link_fail(link, "Master", error, "what comes and goes can be no port");
    if (link->mac.set)
        return link_fail(link, "MACAddress", error, "is the VPN program's to choose");
    if (link->addresses->len || link->gateways->len)
        return link_fail(link, link->addresses->len ? "Address" : "Gateway", error,
                         "is what the VPN program says; Prefixes= says what is routed by it");
    return true;
}

static bool vpn_awaits(const LinkConf *link, const char *interface)
{
    for (char *const *pattern = ((const VpnConf *)link->own)->interfaces; pattern && *pattern; pattern++)
        if (g_pattern_match_simple(*pattern, interface))
            return true;
    return false;
}

const LinkKind kind_vpn = {
    .name = "vpn",
    .conf_size = sizeof(VpnConf),
    .keys = vpn_keys,
    .check = vpn_check,
    .awaits = vpn_awaits,
};
