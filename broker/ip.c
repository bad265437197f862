/* ip.c - addresses, MAC addresses and interface names: text to value and back.
 *
 * inet_pton(3) does the addresses: unlike getaddrinfo it takes no host name and no zone, and unlike inet_aton
 * no "10.1". */
#include "ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool wrong(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (error)
        *error = g_error_new_valist(CONF_ERROR, CONF_ERROR_INVALID, format, arguments);
    va_end(arguments);
    return false;
}

unsigned ip_address_bits(int family)
{
    return family == AF_INET6 ? 128 : 32;
}

bool ip_address_parse(const char *text, IpAddress *ret, GError **error)
{
    IpAddress address = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};
    if (strchr(text, '%'))
        return wrong(error, "an address cannot carry an interface (%s)", strchr(text, '%'));
    if (inet_pton(address.family, text, address.bytes) != 1)
        return wrong(error, "not an IPv4 or IPv6 address");
    *ret = address;
    return true;
}

/* Decimal digits only: strtoul alone would take "+8", " 8" and "0x8". */
static bool length_parse(const char *text, unsigned bits, uint8_t *ret)
{
    if (!g_ascii_isdigit(text[0]) || strlen(text) > 3 || strspn(text, "0123456789") != strlen(text))
        return false;
    unsigned long length = strtoul(text, NULL, 10);
    if (length > bits)
        return false;
    *ret = (uint8_t)length;
    return true;
}

bool ip_prefix_parse(const char *text, IpPrefix *ret, GError **error)
{
    IpPrefix prefix = {0};
    const char *slash = strchr(text, '/');
    g_autofree char *address = slash ? g_strndup(text, (size_t)(slash - text)) : g_strdup(text);
    if (!ip_address_parse(address, &prefix.address, error))
        return false;
    unsigned bits = ip_address_bits(prefix.address.family);
    prefix.length = (uint8_t)bits;
    if (slash && !length_parse(slash + 1, bits, &prefix.length))
        return wrong(error, "the prefix length after the slash must be 0 to %u", bits);
    *ret = prefix;
    return true;
}

bool ip_server_parse(const char *text, IpPrefix *ret, GError **error)
{
    IpPrefix server = {0};
    const char *percent = strchr(text, '%');
    g_autofree char *address = g_strndup(text, strcspn(text, "%"));
    if (strchr(address, '/'))
        return wrong(error, "a name server is an address, without a prefix length");
    if (!ip_prefix_parse(address, &server, error) ||
        (percent && !if_name_parse(percent + 1, &server.zone, error)))
        return false;
    *ret = server;
    return true;
}

IpPrefix ip_prefix_network(const IpPrefix *prefix)
{
    IpPrefix network = *prefix;
    for (unsigned bit = prefix->length; bit < ip_address_bits(prefix->address.family); bit++)
        network.address.bytes[bit / 8] &= (uint8_t) ~(0x80u >> (bit % 8));
    return network;
}

bool ip_address_equal(const IpAddress *a, const IpAddress *b)
{
    return a->family == b->family &&
           (a->family == AF_UNSPEC || !memcmp(a->bytes, b->bytes, ip_address_bits(a->family) / 8));
}

bool ip_prefix_contains(const IpPrefix *prefix, const IpAddress *address)
{
    IpPrefix other = {.address = *address, .length = prefix->length};
    IpPrefix a = ip_prefix_network(prefix), b = ip_prefix_network(&other);
    return ip_address_equal(&a.address, &b.address);
}

bool ip_address_is_link_local(const IpAddress *address)
{
    if (address->family == AF_INET6)
        return IN6_IS_ADDR_LINKLOCAL(&address->v6);
    return address->family == AF_INET && (ntohl(address->v4.s_addr) >> 16) == 0xa9fe;
}

bool ip_address_is_loopback(const IpAddress *address)
{
    return address->family == AF_INET ? address->bytes[0] == 127 : IN6_IS_ADDR_LOOPBACK(&address->v6);
}

bool ip_address_is_unspecified(const IpAddress *address)
{
    static const uint8_t zeros[16];
    return !memcmp(address->bytes, zeros, ip_address_bits(address->family) / 8);
}

bool ip_address_is_multicast(const IpAddress *address)
{
    return address->family == AF_INET6 ? IN6_IS_ADDR_MULTICAST(&address->v6)
                                       : IN_MULTICAST(ntohl(address->v4.s_addr));
}

char *ip_address_format(const IpAddress *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address->family != AF_UNSPEC)
        inet_ntop(address->family, address->bytes, text, sizeof(text));
    return g_strdup(text);
}

char *ip_server_format(const IpPrefix *server)
{
    g_autofree char *address = ip_address_format(&server->address);
    return g_strconcat(address, *server->zone.text ? "%" : NULL, server->zone.text, NULL);
}

char *ip_prefix_format(const IpPrefix *prefix)
{
    g_autofree char *address = ip_address_format(&prefix->address);
    return g_strdup_printf("%s/%u", address, prefix->length);
}

bool mac_address_parse(const char *text, MacAddress *ret, GError **error)
{
    MacAddress mac = {.set = true};
    uint8_t any = 0;
    bool good = strlen(text) == 17;
    for (unsigned i = 0; good && i < 6; i++) {
        int high = g_ascii_xdigit_value(text[3 * i]), low = g_ascii_xdigit_value(text[3 * i + 1]);
        good = high >= 0 && low >= 0 && (i == 5 || text[3 * i + 2] == ':' || text[3 * i + 2] == '-');
        mac.bytes[i] = good ? (uint8_t)(high << 4 | low) : 0;
        any |= mac.bytes[i];
    }
    if (!good)
        return wrong(error, "not a MAC address, write it like 02:00:00:00:00:01");
    /* is_valid_ether_addr() in the kernel, asked by eth_prepare_mac_addr_change() */
    if (mac.bytes[0] & 1)
        return wrong(error, "has the multicast bit set: the kernel refuses it");
    if (!any)
        return wrong(error, "is all zero: the kernel refuses it");
    *ret = mac;
    return true;
}

char *mac_address_format(const MacAddress *mac)
{
    const uint8_t *b = mac->bytes;
    return g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
}

bool if_name_clean(const char *text, size_t max, GError **error)
{
    size_t length = strlen(text);
    if (length > max)
        return wrong(error, "%zu characters are too long for an interface name (at most %zu)", length, max);
    if (!length || g_str_equal(text, ".") || g_str_equal(text, ".."))
        return wrong(error, "not a name an interface can have");
    /* net.ipv4.conf.all and .default are the kernel's own */
    if (g_str_equal(text, "all") || g_str_equal(text, "default"))
        return wrong(error, "an interface cannot be called that: the sysctl names are taken");
    for (const char *c = text; *c; c++)
        if (*c == '/' || *c == ':' || g_ascii_isspace(*c))
            return wrong(error, "an interface name cannot have '%c' in it", *c);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x21 || (unsigned char)*c > 0x7e || *c == '%')
            return wrong(error, "an interface name can only have printable ASCII characters, and no '%%'");
    return true;
}

bool if_name_parse(const char *text, IfName *ret, GError **error)
{
    if (!if_name_clean(text, IFNAMSIZ - 1, error))
        return false;
    *ret = (IfName){0};
    memcpy(ret->text, text, strlen(text));
    return true;
}

bool if_name_sayable(const char *name)
{
    static const char sayable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@:+";

    return strspn(name, sayable) == strlen(name);
}

void if_name_shorten(const char *full, IfName *ret)
{
    size_t length = strlen(full);
    *ret = (IfName){0};
    if (length < IFNAMSIZ) {
        memcpy(ret->text, full, length);
        return;
    }
    uint32_t hash = 2166136261u; /* FNV-1a, Fowler/Noll/Vo */
    for (const char *c = full; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    g_snprintf(ret->text, sizeof(ret->text), "vn-%08x%c", hash, full[length - 1]);
}

bool domain_is_clean(const char *word)
{
    return *word && strlen(word) < 254 && word[0] != '-' && word[0] != '.' &&
           strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(word);
}
