/* end.c - see end.h. */
#include "end.h"

#include "attr.h"
#include "iface.h"
#include "ip.h"

#include <linux/if_addr.h>
#include <string.h>

typedef struct Addresses {
    unsigned index;
    GArray *found; /* IpAddress */
} Addresses;

/* A kernel that does not know how to leave out the others' lists them too. */
static bool take(const struct nlmsghdr *message, void *user)
{
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    bool v4 = header->ifa_family == AF_INET;
    const Addresses *addresses = user;
    IpAddress address = {.family = header->ifa_family};
    Attributes a;
    const void *bytes;

    if (header->ifa_index != addresses->index || (!v4 && header->ifa_family != AF_INET6))
        return true;
    a = attr_read(message, sizeof *header);
    /* of IPv4's IFA_ADDRESS is the other side's where there is one */
    bytes = attr_bytes(&a, v4 ? IFA_LOCAL : IFA_ADDRESS, ip_address_bits(address.family) / 8);
    if (bytes) {
        memcpy(address.bytes, bytes, ip_address_bits(address.family) / 8);
        g_array_append_val(addresses->found, address);
    }
    return true;
}

static bool has(const GArray *found, const IpAddress *address)
{
    for (guint i = 0; i < found->len; i++)
        if (ip_address_equal(&g_array_index(found, IpAddress, i), address))
            return true;
    return false;
}

/* The first one; NULL: none, or the kernel does not answer. Borrowed. */
static const char *lost_address(const json_t *link, unsigned index, Nl *outer)
{
    const json_t *made = json_object_get(link, "host_addresses");
    struct ifaddrmsg request = {.ifa_family = AF_UNSPEC, .ifa_index = index};
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(IpAddress));
    Addresses addresses = {index, found};
    size_t i;
    json_t *text;

    if (json_array_size(made) == 0)
        return NULL;
    (void)nl_add(outer, NULL, RTM_GETADDR, NLM_F_DUMP, &request, sizeof request);
    if (!nl_dump_queued(outer, take, &addresses, NULL))
        return NULL;
    json_array_foreach(made, i, text)
    {
        IpPrefix prefix = {};
        if (ip_prefix_parse(json_string_value(text), &prefix, NULL) && !has(found, &prefix.address))
            return json_string_value(text);
    }
    return NULL;
}

/* An MTU below its other end's swallows what comes from there; below 1280 it has no IPv6
 * (net/ipv6/addrconf.c, addrconf_notify). So it is told before addresses. */
char *end_fault(const json_t *link, Nl *inside, Nl *outer)
{
    g_auto(Iface) own = iface_named(inside, json_string_value(json_object_get(link, "name"))),
                  end = iface_named(outer, json_string_value(json_object_get(link, "host")));
    const char *lost;

    if (!own.index || !end.index)
        return NULL;
    if (!(end.flags & IFF_UP))
        return g_strdup("was set down");
    if (g_str_equal(end.kind, "veth") && end.mtu < own.mtu)
        return g_strdup_printf("has an MTU of %u, and %s inside one of %u", end.mtu, own.name, own.mtu);
    lost = lost_address(link, end.index, outer);
    return lost ? g_strdup_printf("has lost its address %s", lost) : NULL;
}
