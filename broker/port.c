/* port.c - see port.h. */
#include "port.h"

#include "parse.h"

#include <string.h>

static bool number_parse(const char *text, uint16_t *ret)
{
    uint32_t number;
    if (text[0] == '0' || !number_read(text, &number) || number > UINT16_MAX)
        return false;
    *ret = (uint16_t)number;
    return true;
}

bool port_range_parse(const char *text, PortRange *ret)
{
    const char *dash = strchr(text, '-');
    g_autofree char *first = dash ? g_strndup(text, (size_t)(dash - text)) : g_strdup(text);
    PortRange range;
    if (!number_parse(first, &range.first) || !number_parse(dash ? dash + 1 : first, &range.last) ||
        range.first > range.last)
        return false;
    *ret = range;
    return true;
}

char *port_range_format(const PortRange *range)
{
    return range->first == range->last ? g_strdup_printf("%u", range->first)
                                       : g_strdup_printf("%u-%u", range->first, range->last);
}

unsigned port_range_size(const PortRange *range)
{
    return range->last - range->first + 1u;
}

/* "[2001:db8::1]:80": what is in the brackets; "203.0.113.1:80": what is before the colon. *ret_ports: behind
 * it. NULL: it is neither. */
static char *address_part(const char *text, const char **ret_ports)
{
    bool bracket = text[0] == '[';
    const char *end = strchr(text, bracket ? ']' : ':');
    if (!end || (bracket && end[1] != ':'))
        return NULL;
    *ret_ports = end + (bracket ? 2 : 1);
    text += bracket;
    return g_strndup(text, (size_t)(end - text));
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

bool port_listen_parse(const char *text, PortListen *ret, GError **error)
{
    const char *ports = text;
    PortListen listen = *ret;
    g_autofree char *address = address_part(text, &ports);
    listen.address = (IpAddress){0};
    if (address && (strchr(ports, ':') || is_number(address))) {
        bool second = !strchr(ports, ':') || strchr(address, '.');
        g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                    second ? "two ports: that in the namespace goes to To="
                           : "an IPv6 address goes into brackets");
        return false;
    }
    if (address && !ip_address_parse(address, &listen.address, error))
        return false;
    if (!port_range_parse(ports, &listen.range)) {
        g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                    "write it as PORT or PORT-PORT (1 to 65535), or ADDRESS:PORT%s",
                    strchr(ports, '/') ? "; TCP or UDP is said by Protocol=" : "");
        return false;
    }
    *ret = listen;
    return true;
}

char *port_listen_format(const PortListen *listen)
{
    g_autofree char *ports = port_range_format(&listen->range),
                    *address = ip_address_format(&listen->address);
    if (listen->address.family == AF_UNSPEC)
        return g_steal_pointer(&ports);
    return g_strdup_printf(listen->address.family == AF_INET6 ? "[%s]:%s" : "%s:%s", address, ports);
}

Families port_listen_families(const PortListen *listen)
{
    return listen->address.family == AF_INET    ? FAMILIES_IPV4
           : listen->address.family == AF_INET6 ? FAMILIES_IPV6
                                                : FAMILIES_BOTH;
}

static bool addresses_overlap(const IpAddress *a, const IpAddress *b)
{
    return a->family == AF_UNSPEC || b->family == AF_UNSPEC ||
           (a->family == b->family &&
            (ip_address_is_unspecified(a) || ip_address_is_unspecified(b) || ip_address_equal(a, b)));
}

bool port_listen_overlap(const PortListen *a, const PortListen *b)
{
    return (a->protocols & b->protocols) && a->range.first <= b->range.last &&
           b->range.first <= a->range.last && addresses_overlap(&a->address, &b->address);
}

static const char *const names[] = {[PORT_TCP] = "tcp", [PORT_UDP] = "udp", [PORT_BOTH] = "both"};

const char *port_protocols_name(uint8_t protocols)
{
    return names[protocols];
}

uint8_t port_protocols_find(const char *name)
{
    for (uint8_t i = PORT_TCP; i <= PORT_BOTH; i++)
        if (g_strcmp0(names[i], name) == 0)
            return i;
    return 0;
}
