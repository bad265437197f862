/* link.c - the table of link kinds. */
#include "link.h"

#include "ip.h"

#include <sys/prctl.h>

/* One word per kind: `KIND(x)` stands for `const LinkKind kind_x` in kind-x.c. */
#define KINDS(KIND)                                                                                          \
    KIND(veth)                                                                                               \
    KIND(macvlan)                                                                                            \
    KIND(macvtap)                                                                                            \
    KIND(ipvlan)                                                                                             \
    KIND(vlan)                                                                                               \
    KIND(dummy)                                                                                              \
    KIND(tap)                                                                                                \
    KIND(tun)                                                                                                \
    KIND(bridge)                                                                                             \
    KIND(bond)                                                                                               \
    KIND(vrf)                                                                                                \
    KIND(vxlan)                                                                                              \
    KIND(gre)                                                                                                \
    KIND(gretap)                                                                                             \
    KIND(ipip)                                                                                               \
    KIND(sit)                                                                                                \
    KIND(ip6gre)                                                                                             \
    KIND(ip6gretap)                                                                                          \
    KIND(ip6tnl)                                                                                             \
    KIND(xfrm)                                                                                               \
    KIND(wireguard)                                                                                          \
    KIND(physical)                                                                                           \
    KIND(vpn)

#define DECLARE(name) extern const LinkKind kind_##name;
#define POINTER(name) &kind_##name,
#define NAME(name) #name,

KINDS(DECLARE)

static const LinkKind *const kinds[] = {KINDS(POINTER)};
static const char *const kind_names[] = {KINDS(NAME) NULL};

Families link_families(const LinkConf *link, Tristate ipv6)
{
    const GPtrArray *prefixes = link->subnet_auto == TRISTATE_YES ? link->pools : link->addresses;
    Families families = FAMILIES_NONE;

    for (guint i = 0; i < prefixes->len; i++) {
        const IpAddress *address = &((const IpPrefix *)prefixes->pdata[i])->address;
        if (address->family == AF_INET)
            families |= FAMILIES_IPV4;
        else if (ipv6 != TRISTATE_NO && !ip_address_is_link_local(address))
            families |= FAMILIES_IPV6;
    }
    return families;
}

const char *link_outer_namespace(const LinkConf *link, const char **ret_key)
{
    const char *peer = link->kind->peer ? link->kind->peer(link) : NULL;

    if (ret_key)
        *ret_key = peer ? link->kind->outer_key : "ParentNamespace";
    return peer ? peer : link->parent_namespace;
}

uint32_t link_table(const Conf *conf, const LinkConf *link)
{
    for (guint i = 0; link->master.text[0] && i < conf->links->len; i++) {
        const LinkConf *other = conf->links->pdata[i];
        if (g_str_equal(other->name.text, link->master.text))
            return other->kind->table ? other->kind->table(other) : 0;
    }
    return 0;
}

bool link_has_files(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (((const LinkConf *)conf->links->pdata[i])->kind->read)
            return true;
    return false;
}

bool link_read_files(Conf *conf, GPtrArray *notes, GError **error)
{
    g_clear_pointer(&conf->secrets, g_free);
    for (guint i = 0; i < conf->links->len; i++) {
        LinkConf *link = conf->links->pdata[i];
        if (!link->kind->read)
            continue;
        (void)prctl(PR_SET_DUMPABLE, 0);
        if (!link->kind->read(conf, link, notes, error))
            return false;
    }
    return true;
}

const char *link_device(const LinkKind *kind)
{
    return kind->device ? kind->device : kind->name;
}

bool link_is_wire(const LinkConf *link)
{
    bool create;

    return link->kind->has_host_end && link->kind->born_outside &&
           !(link->kind->peer && link->kind->peer(link)) &&
           !(link->kind->bridge && link->kind->bridge(link, &create));
}

bool link_always(const LinkConf *link)
{
    return true;
}

bool link_fail(const LinkConf *link, const char *key, GError **error, const char *why)
{
    g_autofree char *cite = conf_cite(link->lines, key);

    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", cite, why);
    return false;
}

const LinkKind *link_kind_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

const char *const *link_kind_names(void)
{
    return kind_names;
}
