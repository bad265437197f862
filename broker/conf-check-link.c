/* conf-check-link.c - the checks of links: addresses, gateways, ends, names, pools. */
#include "conf-check.h"
#include "link.h"

#include <string.h>

static bool has_family(const GPtrArray *prefixes, int family)
{
    for (guint i = 0; i < prefixes->len; i++)
        if (((const IpPrefix *)prefixes->pdata[i])->address.family == family)
            return true;
    return false;
}

/* As in /etc/network/interfaces: "10.0.0.2 255.255.255.0". The length, 0: it is none. */
static unsigned netmask_length(const IpAddress *address)
{
    uint32_t bits = address->family == AF_INET ? g_ntohl(address->v4.s_addr) : 0;

    return bits >> 24 == 255 && (~bits & (~bits + 1)) == 0 ? (unsigned)__builtin_popcount(bits) : 0;
}

static void netmask_check(const Check *check, const GPtrArray *addresses, guint index)
{
    const IpPrefix *mask = addresses->pdata[index], *before = index ? addresses->pdata[index - 1] : mask;
    bool behind = before->line == mask->line && before->address.family == AF_INET && before != mask;
    g_autofree char *text = ip_address_format(&mask->address);
    g_autofree char *address = behind ? ip_address_format(&before->address) : g_strdup("10.0.0.2");

    check_slip_line(check, mask->line, "%s is a netmask: write the address with its length, %s%s/%u", text,
                    behind ? "" : "like ", address, netmask_length(&mask->address));
}

static void addresses_check(const Check *check, const LinkConf *link, const GPtrArray *addresses)
{
    for (guint i = 0; i < addresses->len; i++) {
        const IpPrefix *prefix = addresses->pdata[i];
        if (ip_address_is_multicast(&prefix->address) || ip_address_is_unspecified(&prefix->address))
            check_slip_prefix(check, prefix, "an interface cannot have this address");
        if (netmask_length(&prefix->address))
            netmask_check(check, addresses, i);
        if (prefix->address.family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
            check_slip_prefix(check, prefix, "[Namespace] IPv6=no, so there can be no IPv6 address");
        if (prefix->address.family == AF_INET6 && link->mtu && link->mtu < 1280)
            check_slip_key(check, link->lines, "MTU", "IPv6 needs 1280 at least (RFC 8200)");
        if (prefix->length == 0)
            check_slip_prefix(check, prefix,
                              "a prefix length of 0 would make the whole Internet a neighbour");
    }
}

static gboolean same_address(gconstpointer a, gconstpointer b)
{
    return ip_address_equal(&((const IpPrefix *)a)->address, &((const IpPrefix *)b)->address);
}

static void duplicates_check(const Check *check, const LinkConf *link)
{
    const GPtrArray *both[] = {link->addresses, link->host_addresses};
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    for (size_t which = 0; which < G_N_ELEMENTS(both); which++)
        for (guint i = 0; i < both[which]->len; i++) {
            const IpPrefix *prefix = both[which]->pdata[i];
            if (g_ptr_array_find_with_equal_func(seen, prefix, same_address, NULL))
                check_slip_prefix(check, prefix, "this link has the address already");
            g_ptr_array_add(seen, (gpointer)prefix);
        }
}

static void gateways_check(const Check *check, const LinkConf *link)
{
    unsigned seen[2] = {0, 0};
    for (guint i = 0; i < link->gateways->len; i++) {
        const IpPrefix *gateway = link->gateways->pdata[i];
        int family = gateway->address.family;
        /* every IPv6 interface has a link-local address, and reaches a link-local gateway by it */
        bool reachable = has_family(link->addresses, family) || link->subnet_auto == TRISTATE_YES ||
                         (link->dhcp & (family == AF_INET6 ? FAMILIES_IPV6 : FAMILIES_IPV4)) ||
                         (family == AF_INET6 && link->accept_ra == TRISTATE_YES) ||
                         (family == AF_INET6 && ip_address_is_link_local(&gateway->address));
        if (ip_address_is_multicast(&gateway->address) || ip_address_is_unspecified(&gateway->address))
            check_slip_prefix(check, gateway, "not an address that a gateway can have");
        else if (family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
            check_slip_prefix(check, gateway, "[Namespace] IPv6=no, so there can be no IPv6 gateway");
        else if (!reachable)
            check_slip_prefix(check, gateway, "the link has no %s address to reach it from",
                              check_family(family));
        if (seen[family == AF_INET6]++)
            check_slip_prefix(check, gateway,
                              "a link has one %s gateway; write others as [Route NAME] with a Metric=",
                              check_family(family));
        for (guint j = 0; j < link->addresses->len; j++)
            if (ip_address_equal(&gateway->address, &((const IpPrefix *)link->addresses->pdata[j])->address))
                check_slip_prefix(check, gateway, "is the link's own address");
    }
}

static void ends_check(const Check *check, const LinkConf *link)
{
    static const char *const keys[] = {"HostAddress", "HostName", "HostMACAddress", NULL};
    const bool given[] = {link->host_addresses->len > 0, link->host_name.text[0] != '\0', link->host_mac.set};
    for (size_t i = 0; keys[i]; i++)
        if (given[i] && !link->kind->has_host_end)
            check_slip_key(check, link->lines, keys[i], "a link of Kind=%s has no end in the host",
                           link->kind->name);
    if (link->kind->has_no_mac && link->mac.set)
        check_slip_key(check, link->lines, "MACAddress", "a link of Kind=%s has none", link->kind->name);
}

/* Routes without a gateway. */
static void prefixes_check(const Check *check, const LinkConf *link)
{
    for (guint i = 0; i < link->prefixes->len; i++) {
        const IpPrefix *prefix = link->prefixes->pdata[i];
        check_network(check, prefix);
        if (prefix->address.family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
            check_slip_prefix(check, prefix, "[Namespace] IPv6=no, so there can be no IPv6 route");
        if (prefix->length == 0 && has_family(link->gateways, prefix->address.family))
            check_slip_prefix(check, prefix, "Gateway= makes the link's default route already");
    }
}

static bool is_token(const IpAddress *address)
{
    static const uint8_t none[8];
    return address->family == AF_INET6 && memcmp(address->bytes, none, sizeof none) == 0 &&
           memcmp(address->bytes + 8, none, sizeof none) != 0;
}

static void slaac_check(const Check *check, const LinkConf *link)
{
    static const char *const keys[] = {"IPv6PrivacyExtensions", "IPv6Token",
                                       "IPv6LinkLocalAddressGenerationMode", "IPv6AcceptRA"};
    const bool given[] = {link->privacy != PRIVACY_KERNEL && link->privacy != PRIVACY_NO,
                          link->token.family != AF_UNSPEC, link->generation != GENERATION_KERNEL,
                          link->accept_ra == TRISTATE_YES};
    /* net/ipv6/addrconf.c, ipv6_accept_ra() */
    bool deaf = link->accept_ra == TRISTATE_NO ||
                (link->accept_ra == TRISTATE_UNSET && (check->conf->ns.forwarding & FAMILIES_IPV6) &&
                 !(link->dhcp & FAMILIES_IPV6)); /* inside.c, accepts_ra() */
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (given[i] && check->conf->ns.ipv6 == TRISTATE_NO)
            check_slip_key(check, link->lines, keys[i], "[Namespace] IPv6=no, so there is no IPv6");
    if (given[0] && deaf)
        check_slip_key(check, link->lines, "IPv6PrivacyExtensions",
                       "needs IPv6AcceptRA=yes: it is about addresses that a router's advertisement makes");
    if (link->token.family != AF_UNSPEC && !is_token(&link->token))
        check_slip_key(check, link->lines, "IPv6Token",
                       "only the last 64 bits of an IPv6 address, like ::1a: a router says the others");
    else if (link->token.family != AF_UNSPEC && deaf)
        check_slip_key(check, link->lines, "IPv6Token",
                       "needs IPv6AcceptRA=yes: the other half of the address comes from a router");
}

static void pools_check(const Check *check, const LinkConf *link)
{
    bool small = link->mtu && link->mtu < 1280 && check->conf->ns.ipv6 != TRISTATE_NO;

    if (link->subnet_auto != TRISTATE_YES)
        return;
    if (!link_is_wire(link))
        check_slip_key(check, link->lines, "Subnet", "only a veth to the host can have its addresses chosen");
    if (!link->pools->len)
        check_slip_key(check, link->lines, "Subnet", "Pool= is missing: what to choose from");
    if (small && has_family(link->pools, AF_INET6))
        check_slip_key(check, link->lines, "MTU",
                       "IPv6 needs 1280 at least (RFC 8200), and Pool= gives it an IPv6 address; IPv6=no in "
                       "[Namespace] keeps that");
    for (guint i = 0; i < link->pools->len; i++) {
        const IpPrefix *pool = link->pools->pdata[i];
        unsigned most = pool->address.family == AF_INET6 ? 64 : 30;
        check_network(check, pool);
        if (pool->length > most)
            check_slip_prefix(check, pool, "too small: %s subnets are /%u",
                              check_family(pool->address.family), most);
    }
}

/* An Address= of the admin's is the word against the type's Subnet=auto. */
static void subnet_settle(LinkConf *link)
{
    bool theirs = false;
    for (guint i = 0; i < link->lines->len; i++) {
        const ConfLine *line = link->lines->pdata[i];
        if (g_str_equal(line->key, "Subnet") && *line->value)
            theirs = !line->from_type;
    }
    if (link->subnet_auto == TRISTATE_YES && !theirs && (link->addresses->len || link->host_addresses->len))
        link->subnet_auto = TRISTATE_NO;
}

static void link_names_check(const Check *check, const LinkConf *link, guint index)
{
    if (g_str_equal(link->name.text, "lo"))
        check_slip_key(check, link->lines, "Name", "lo is there already");
    if (!if_name_sayable(link->host_name.text))
        check_slip_key(check, link->lines, "HostName",
                       "the host's firewall cannot name such an interface: only letters, digits and "
                       "._-@+ do");
    for (guint i = 0; i < index; i++) {
        const LinkConf *other = check->conf->links->pdata[i];
        if (g_str_equal(link->name.text, other->name.text))
            check_slip_key(check, link->lines, "Name", "%s is the name of [Link %s] already", link->name.text,
                           other->label);
        if (link->host_name.text[0] && g_str_equal(link->host_name.text, other->host_name.text))
            check_slip_key(check, link->lines, "HostName", "%s is the host's end of [Link %s] already",
                           link->host_name.text, other->label);
    }
}

/* The kernel has "File exists" to say about the second. Those of PrefixesFrom= are in one table. */
static void twice_check(const Check *check, const LinkConf *link, const LinkConf *other)
{
    bool from = link->prefixes_from.text[0], others = other->prefixes_from.text[0];

    for (guint i = 0; from == others && i < link->prefixes->len; i++) {
        const IpPrefix *prefix = link->prefixes->pdata[i];
        for (guint j = 0; j < other->prefixes->len; j++) {
            const IpPrefix *theirs = other->prefixes->pdata[j];
            if (prefix->length == theirs->length && ip_address_equal(&prefix->address, &theirs->address))
                check_slip_prefix(check, prefix, "[Link %s] has this route already", other->label);
        }
        if (!from && prefix->length == 0 && has_family(other->gateways, prefix->address.family))
            check_slip_prefix(check, prefix,
                              "[Link %s] has the default route already, by its Gateway=", other->label);
    }
    for (guint i = 0; !others && i < link->gateways->len; i++) {
        const IpPrefix *gateway = link->gateways->pdata[i];
        for (guint j = 0; j < other->prefixes->len; j++) {
            const IpPrefix *theirs = other->prefixes->pdata[j];
            if (theirs->length == 0 && theirs->address.family == gateway->address.family)
                check_slip_prefix(check, gateway,
                                  "[Link %s] has the default route already, in its Prefixes=", other->label);
        }
    }
}

static bool is_given_subnet(const LinkConf *link)
{
    return link->subnet_auto == TRISTATE_YES && link_is_wire(link);
}

/* Two default routes of the same family and metric: the kernel has "File exists" to say about the second. */
static void defaults_check(const Check *check, const LinkConf *link, const LinkConf *other)
{
    if (link_table(check->conf, link) != link_table(check->conf, other))
        return; /* ports of different VRFs */
    twice_check(check, link, other);
    if (is_given_subnet(link) && is_given_subnet(other))
        check_slip_key(check, link->lines, "Subnet",
                       "[Link %s] has a subnet with the default route already; give this one Address= "
                       "and HostAddress=",
                       other->label);
    for (guint i = 0; i < link->gateways->len; i++) {
        const IpPrefix *gateway = link->gateways->pdata[i];
        if (has_family(other->gateways, gateway->address.family))
            check_slip_prefix(check, gateway,
                              "[Link %s] has an %s gateway already; write this one as [Route NAME] with a "
                              "Metric= or Table=",
                              other->label, check_family(gateway->address.family));
    }
}

void check_link(const Check *check, LinkConf *link, guint index)
{
    GError *error = NULL;
    subnet_settle(link);
    check_dhcp(check, link);
    ends_check(check, link);
    check_parent(check, link, index);
    addresses_check(check, link, link->addresses);
    addresses_check(check, link, link->host_addresses);
    duplicates_check(check, link);
    gateways_check(check, link);
    prefixes_check(check, link);
    slaac_check(check, link);
    pools_check(check, link);
    link_names_check(check, link, index);
    for (guint i = 0; i < index; i++)
        defaults_check(check, link, check->conf->links->pdata[i]);
    if (link->kind->check && !link->kind->check(link, &error))
        conf_slip(check->slips, error);
}
