/* offer.c - see offer.h. */
#include "offer.h"

#include "parse.h"
#include "say.h"

#include <arpa/inet.h>
#include <string.h>

#define OPTIONS_MAX 256 /* of OpenVPN's foreign_option_N */

void offer_clear(Offer *offer)
{
    g_clear_pointer(&offer->addresses, g_ptr_array_unref);
    g_clear_pointer(&offer->gateways, g_ptr_array_unref);
    g_clear_pointer(&offer->servers, g_strfreev);
    g_clear_pointer(&offer->domains, g_strfreev);
}

static void add_prefix(GPtrArray *list, const IpAddress *address, unsigned length)
{
    IpPrefix prefix = {.address = *address, .length = (uint8_t)length};

    g_ptr_array_add(list, g_memdup2(&prefix, sizeof prefix));
}

static bool address_of(const Offer *offer, const char *variable, int family, IpAddress *ret)
{
    const char *text = g_getenv(variable);

    if (!text || !*text)
        return false;
    if (ip_address_parse(text, ret, NULL) && ret->family == family && !ip_address_is_multicast(ret) &&
        !ip_address_is_unspecified(ret) && !ip_address_is_loopback(ret))
        return true;
    say_warning("%s: %s is not an address: left out", offer->name, variable);
    return false;
}

/* Of a mask; 32 where there is none, or one with gaps. */
static unsigned mask_length(const Offer *offer, const char *variable)
{
    IpAddress mask = {};
    uint32_t bits = address_of(offer, variable, AF_INET, &mask) ? ntohl(mask.v4.s_addr) : UINT32_MAX;
    unsigned length = (unsigned)__builtin_popcount(bits);

    return length && bits == UINT32_MAX << (32 - length) ? length : 32;
}

static uint32_t number_of(const char *variable, uint32_t least, uint32_t most)
{
    const char *text = g_getenv(variable);
    uint32_t number;

    return text && number_read(text, &number) && number >= least && number <= most ? number : 0;
}

static void append(char ***list, const char *word)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    if (*list)
        g_strv_builder_addv(builder, (const char **)*list);
    g_strv_builder_add(builder, word);
    g_strfreev(*list);
    *list = g_strv_builder_end(builder);
}

static void add_server(Offer *offer, const char *word)
{
    IpAddress address;

    if (ip_address_parse(word, &address, NULL))
        append(&offer->servers, word);
    else
        say_warning("%s: a name server that is not an address: left out", offer->name);
}

static void add_domain(Offer *offer, const char *word)
{
    if (domain_is_clean(word))
        append(&offer->domains, word);
    else
        say_warning("%s: a domain with other characters than a domain's: left out", offer->name);
}

static void add_words(Offer *offer, const char *variable, void (*add)(Offer *, const char *))
{
    const char *text = g_getenv(variable);
    g_auto(GStrv) words = text ? g_strsplit_set(text, " \t", -1) : NULL;

    for (char **word = words; word && *word; word++)
        if (**word)
            add(offer, *word);
}

static void interface_take(Offer *offer, const char *name)
{
    IfName clean;

    if (name && if_name_parse(name, &clean, NULL))
        g_strlcpy(offer->interface, clean.text, sizeof offer->interface);
}

/* "dhcp-option DNS 10.8.0.1", "dhcp-option DOMAIN example.org" */
static void take_option(Offer *offer, const char *option)
{
    g_auto(GStrv) words = g_strsplit(option, " ", 3);

    if (g_strv_length(words) != 3 || !g_str_equal(words[0], "dhcp-option"))
        return;
    if (g_str_equal(words[1], "DNS") || g_str_equal(words[1], "DNS6"))
        add_server(offer, words[2]);
    else if (g_str_equal(words[1], "DOMAIN") || g_str_equal(words[1], "DOMAIN-SEARCH") ||
             g_str_equal(words[1], "ADAPTER_DOMAIN_SUFFIX"))
        add_domain(offer, words[2]);
}

/* --topology subnet has a mask, net30 and p2p the address of the other end */
static void take_openvpn(Offer *offer)
{
    IpAddress address;
    uint32_t bits = number_of("ifconfig_ipv6_netbits", 1, 128);

    interface_take(offer, g_getenv("dev"));
    offer->mtu = number_of("tun_mtu", 68, 65535);
    if (address_of(offer, "ifconfig_local", AF_INET, &address))
        add_prefix(offer->addresses, &address,
                   g_getenv("ifconfig_netmask") ? mask_length(offer, "ifconfig_netmask") : 32);
    if (address_of(offer, "ifconfig_ipv6_local", AF_INET6, &address))
        add_prefix(offer->addresses, &address, bits ? bits : 128);
    if (g_strcmp0(g_getenv("dev_type"), "tap") == 0 &&
        address_of(offer, "route_vpn_gateway", AF_INET, &address))
        add_prefix(offer->gateways, &address, 32);
    for (int i = 1; i <= OPTIONS_MAX; i++) {
        g_autofree char *variable = g_strdup_printf("foreign_option_%d", i);
        const char *option = g_getenv(variable);
        if (!option)
            break;
        take_option(offer, option);
    }
}

/* INTERNAL_IP6_NETMASK is a whole prefix */
static void take_openconnect(Offer *offer)
{
    IpAddress address;
    IpPrefix prefix = {};
    const char *six = g_getenv("INTERNAL_IP6_NETMASK");

    interface_take(offer, g_getenv("TUNDEV"));
    offer->mtu = number_of("INTERNAL_IP4_MTU", 68, 65535);
    if (address_of(offer, "INTERNAL_IP4_ADDRESS", AF_INET, &address))
        add_prefix(offer->addresses, &address, mask_length(offer, "INTERNAL_IP4_NETMASK"));
    if (six && ip_prefix_parse(six, &prefix, NULL) && prefix.address.family == AF_INET6)
        add_prefix(offer->addresses, &prefix.address, prefix.length);
    else if (address_of(offer, "INTERNAL_IP6_ADDRESS", AF_INET6, &address))
        add_prefix(offer->addresses, &address, 128);
    add_words(offer, "INTERNAL_IP4_DNS", add_server);
    add_words(offer, "INTERNAL_IP6_DNS", add_server);
    add_words(offer, "CISCO_DEF_DOMAIN", add_domain);
}

static OfferWhat what_of(const char *reason, const char *script)
{
    const char *word = reason ? reason : script;

    if (g_str_equal(word, "up") || g_str_equal(word, "connect") || g_str_equal(word, "reconnect"))
        return OFFER_UP;
    return g_str_equal(word, "down") || g_str_equal(word, "disconnect") ? OFFER_DOWN : OFFER_NOTHING;
}

bool offer_read(const char *name, Offer *ret, GError **error)
{
    const char *reason = g_getenv("reason"), *script = g_getenv("script_type");

    *ret = (Offer){.name = name,
                   .addresses = g_ptr_array_new_with_free_func(g_free),
                   .gateways = g_ptr_array_new_with_free_func(g_free),
                   .servers = g_new0(char *, 1),
                   .domains = g_new0(char *, 1)};
    if (!reason && !script) {
        g_set_error(
            error, CONF_ERROR, CONF_ERROR_INVALID,
            "this is for OpenVPN's --up and --down, and OpenConnect's --script: neither has called it");
        return false;
    }
    ret->what = what_of(reason, script);
    if (reason)
        take_openconnect(ret);
    else
        take_openvpn(ret);
    if (ret->what == OFFER_NOTHING || ret->interface[0])
        return true;
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "the environment does not say which interface (%s)",
                reason ? "TUNDEV" : "dev");
    return false;
}
