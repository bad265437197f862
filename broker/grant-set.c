/* grant-set.c - see grant-set.h. */
#include "grant-set.h"

#include "ip.h"
#include "nl.h"

#include "survey-link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>

#define METRIC 1000 /* and the interface's number: dhcpcd's, so that one can follow the other */

typedef struct Taking {
    Nl *nl;
    unsigned index;
    uint32_t seconds; /* 0: for ever */
} Taking;

static void put_address(struct nlmsghdr *message, uint16_t type, const IpAddress *address)
{
    mnl_attr_put(message, type, ip_address_bits(address->family) / 8, address->bytes);
}

static void put_broadcast(struct nlmsghdr *message, const IpPrefix *prefix)
{
    uint32_t mask = prefix->length < 31 ? UINT32_MAX >> prefix->length : 0;

    if (prefix->address.family == AF_INET && mask)
        mnl_attr_put_u32(message, IFA_BROADCAST, prefix->address.v4.s_addr | htonl(mask));
}

static void queue_address(const Taking *taking, const char *text, bool there)
{
    IpPrefix prefix;
    if (!ip_prefix_parse(text, &prefix, NULL))
        return;
    struct ifaddrmsg header = {.ifa_family = (uint8_t)prefix.address.family,
                               .ifa_prefixlen = prefix.length,
                               .ifa_index = taking->index};
    struct ifa_cacheinfo life = {.ifa_valid = taking->seconds ? taking->seconds : UINT32_MAX,
                                 .ifa_prefered = taking->seconds ? taking->seconds : UINT32_MAX};
    struct nlmsghdr *message = nl_add(
        taking->nl, g_strdup_printf("%s address %s", there ? "cannot set" : "cannot remove", text),
        there ? RTM_NEWADDR : RTM_DELADDR, there ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header, sizeof header);
    if (!there)
        nl_tolerate(taking->nl, EADDRNOTAVAIL);
    put_address(message, IFA_LOCAL, &prefix.address);
    put_address(message, IFA_ADDRESS, &prefix.address);
    if (!there)
        return;
    put_broadcast(message, &prefix);
    mnl_attr_put(message, IFA_CACHEINFO, sizeof life, &life);
}

/* On the link: the gateway of a lease need not be in its network (a /32 of many providers). */
static void queue_route(const Taking *taking, const json_t *route, bool there)
{
    const char *to_text = json_string_value(json_object_get(route, "to")),
               *by_text = json_string_value(json_object_get(route, "by"));
    IpPrefix to;
    IpAddress by;
    if (!to_text || !by_text || !ip_prefix_parse(to_text, &to, NULL) || !ip_address_parse(by_text, &by, NULL))
        return;
    bool direct = ip_address_is_unspecified(&by);
    struct rtmsg header = {.rtm_family = AF_INET,
                           .rtm_dst_len = to.length,
                           .rtm_table = RT_TABLE_MAIN,
                           .rtm_protocol = RTPROT_DHCP,
                           .rtm_scope = direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
                           .rtm_type = RTN_UNICAST,
                           .rtm_flags = direct ? 0 : RTNH_F_ONLINK};
    struct nlmsghdr *message =
        nl_add(taking->nl, there ? NULL : g_strdup_printf("cannot remove route %s", to_text),
               there ? RTM_NEWROUTE : RTM_DELROUTE, there ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header,
               sizeof header);
    if (!there)
        nl_tolerate(taking->nl, ESRCH);
    if (to.length)
        put_address(message, RTA_DST, &to.address);
    if (!direct)
        put_address(message, RTA_GATEWAY, &by);
    mnl_attr_put_u32(message, RTA_OIF, taking->index);
    mnl_attr_put_u32(message, RTA_PRIORITY, METRIC + taking->index);
}

bool grant_has(const json_t *list, const json_t *entry)
{
    size_t i;
    json_t *other;

    json_array_foreach(list, i, other) if (json_equal(other, entry)) return true;
    return false;
}

/* Routes before the addresses that they rest on. */
static bool take_away(const Taking *taking, const json_t *former, const json_t *now, GError **error)
{
    const json_t *addresses = json_object_get(now, "addresses"), *routes = json_object_get(now, "routes");
    size_t i;
    json_t *entry;

    json_array_foreach(json_object_get(former, "routes"), i, entry) if (!grant_has(routes, entry))
        queue_route(taking, entry, false);
    json_array_foreach(json_object_get(former, "addresses"), i, entry) if (!grant_has(addresses, entry))
        queue_address(taking, json_string_value(entry), false);
    return nl_run(taking->nl, error);
}

static bool set_addresses(const Taking *taking, const json_t *now, GError **error)
{
    size_t i;
    json_t *entry;

    json_array_foreach(json_object_get(now, "addresses"), i, entry)
        queue_address(taking, json_string_value(entry), true);
    return nl_run(taking->nl, error);
}

/* One by one: what a server says of one must not cost the others. */
static void set_routes(const Taking *taking, json_t *now)
{
    json_t *routes = json_incref(json_object_get(now, "routes")), *taken = json_array(),
           *unusable = json_array();
    size_t i;
    json_t *entry;

    json_array_foreach(routes, i, entry)
    {
        g_autoptr(GError) why = NULL;
        queue_route(taking, entry, true);
        if (nl_run(taking->nl, &why)) {
            json_array_append(taken, entry);
        } else {
            json_object_set_new(entry, "why", json_string(why->message));
            json_array_append(unusable, entry);
        }
    }
    json_object_set_new(now, "routes", taken);
    json_object_set_new(now, "unusable", unusable);
    json_decref(routes);
}

bool grant_set(int nsfd, const char *interface, const json_t *former, json_t *now, GError **error)
{
    g_autoptr(Nl) nl = nsfd < 0 ? nl_open(error) : nl_open_at(nsfd, error);
    Taking taking = {.nl = nl,
                     .index = nl ? nl_ifindex(nl, interface) : 0,
                     .seconds = (uint32_t)json_integer_value(json_object_get(now, "seconds"))};

    if (!nl || !taking.index)
        return nl != NULL;
    if (!take_away(&taking, former, now, error))
        return false;
    if (!now)
        return true;
    if (!set_addresses(&taking, now, error))
        return false;
    set_routes(&taking, now);
    return true;
}

/* The same address as one in @list, whatever its prefix. */
static bool has_address(const json_t *list, const char *text)
{
    size_t i, length = strcspn(text, "/");
    const json_t *entry;

    json_array_foreach((json_t *)list, i, entry)
    {
        const char *other = json_string_value(entry);
        if (other && strcspn(other, "/") == length && strncmp(other, text, length) == 0)
            return true;
    }
    return false;
}

void grant_spare(int nsfd, const char *interface, const json_t *former, json_t *now)
{
    json_t *addresses = json_object_get(now, "addresses"), *left = json_array(), *entry, *links = NULL;
    const json_t *link, *ours = json_object_get(former, "addresses");
    g_autoptr(Nl) nl = json_array_size(addresses) == 0 ? NULL
                       : nsfd < 0                      ? nl_open(NULL)
                                                       : nl_open_at(nsfd, NULL);
    size_t i;

    links = nl ? survey_links(nl, NULL) : NULL;
    link = survey_link_by_name(links, interface);
    json_array_foreach(addresses, i, entry)
    {
        const char *text = json_string_value(entry);
        if (has_address(ours, text) || !has_address(json_object_get(link, "addresses"), text))
            json_array_append(left, entry);
    }
    if (addresses)
        json_object_set(now, "addresses", left);
    json_decref(left);
    json_decref(links);
}
