/* conf-keys-dhcp.c - what the values of DHCP's keys of a [Link] look like. */
#include "conf-keys.h"

#include <string.h>

const ConfWord conf_dhcp_clients[] = {
    {"auto", DHCP_AUTO}, {"dhcpcd", DHCP_DHCPCD}, {"dhclient", DHCP_DHCLIENT}, {"udhcpc", DHCP_UDHCPC}, {}};

/* As systemd.time(7) has them, as far as they make sense here. */
static bool span_read(const char *text, uint32_t *ret)
{
    static const ConfWord units[] = {{"", 1}, {"s", 1}, {"sec", 1}, {"min", 60}, {"m", 60}, {}};
    size_t digits = strspn(text, "0123456789");
    g_autofree char *number = g_strndup(text, digits);
    const char *unit = text + digits + strspn(text + digits, " ");

    for (const ConfWord *known = units; known->word; known++)
        if (g_str_equal(known->word, unit) && number_read(number, ret) && *ret <= UINT32_MAX / known->value) {
            *ret *= known->value;
            return true;
        }
    return false;
}

static bool seconds_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    uint32_t value;

    if (!span_read(line->value, &value) || value > key->max)
        return conf_fail(line, error, "must be a time from 0 to %u seconds, for example 20s", key->max);
    *(uint32_t *)field = value;
    return true;
}

static void seconds_clear(const ConfKey *key, void *field)
{
    *(uint32_t *)field = key->initial;
}

const ConfType conf_type_seconds = {seconds_parse, seconds_clear, false};
