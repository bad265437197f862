/* link.c - the table of link kinds. */
#include "link.h"

#include "ip.h"

/* One word per kind: `KIND(x)` stands for `const LinkKind kind_x` in kind-x.c. */
#define KINDS(KIND)                                                                                          \
    KIND(veth)                                                                                               \
    KIND(macvlan)

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
