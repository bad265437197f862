/* gateway.c - see gateway.h. */
#include "gateway.h"

#include "ip.h"
#include "lease.h"
#include "paths.h"
#include "vpnc.h"
#include "whole.h"

#include <jansson.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define NOTES RUN_DIR "/gateways.json"

/* A neighbour on the interface's own network, as a route without a gateway says. */
static bool is_neighbour(const Network *network, const Interface *interface, const IpAddress *gateway)
{
    if (gateway->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&gateway->v6))
        return true;
    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        if (route->index == interface->index && route->gateway.family == AF_UNSPEC &&
            route->destination.length > 0 && route->family == gateway->family &&
            ip_prefix_contains(&route->destination, gateway))
            return true;
    }
    return false;
}

static const char *family_key(int family)
{
    return family == AF_INET ? "ipv4" : "ipv6";
}

static bool by_note(int family, const Interface *interface, IpAddress *ret)
{
    json_t *notes = json_load_file(NOTES, 0, NULL);
    const json_t *note = json_object_get(json_object_get(notes, interface->name), family_key(family));
    bool found = json_is_string(note) && ip_address_parse(json_string_value(note), ret, NULL);

    json_decref(notes);
    return found;
}

/* What a VPN needs itself, the route to its server. An admin's own route to some other router looks the same:
 * of several the one to the gateway that was noted. */
static bool by_host_route(const Network *network, int family, const Interface *interface, IpAddress *ret)
{
    IpAddress note = {0};
    bool noted = by_note(family, interface, &note), found = false;

    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        if (route->index != interface->index || route->family != family ||
            route->destination.length != ip_address_bits(family) || route->gateway.family == AF_UNSPEC)
            continue;
        if (!found || (noted && ip_address_equal(&route->gateway, &note)))
            *ret = route->gateway;
        found = true;
    }
    return found;
}

/* "default via 192.168.1.1 dev eth0 proto dhcp …" */
static bool by_vpnc(int family, const Interface *interface, IpAddress *ret)
{
    g_autofree char *file = vpnc_file("defaultroute"), *text = NULL;
    bool ours = false, found = false;
    IpAddress gateway;

    if (!file || !g_file_get_contents(file, &text, NULL, NULL))
        return false;
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n", -1);
    for (char **word = words; word[0] && word[1]; word++) {
        ours = ours || (g_str_equal(word[0], "dev") && g_str_equal(word[1], interface->name));
        found = found || (g_str_equal(word[0], "via") && ip_address_parse(word[1], &gateway, NULL));
    }
    if (!ours || !found || gateway.family != family)
        return false;
    *ret = gateway;
    return true;
}

static bool by_lease(int family, const Interface *interface, IpAddress *ret)
{
    g_auto(GStrv) routers = lease_routers(interface->name, interface->index);

    for (char **router = routers; *router; router++) {
        IpAddress gateway;
        if (ip_address_parse(*router, &gateway, NULL) && gateway.family == family) {
            *ret = gateway;
            return true;
        }
    }
    return false;
}

bool gateway_find(const Network *network, int family, const Interface *interface, IpAddress *ret)
{
    IpAddress found = {0};

    if ((by_host_route(network, family, interface, &found) && is_neighbour(network, interface, &found)) ||
        (by_note(family, interface, &found) && is_neighbour(network, interface, &found)) ||
        (by_vpnc(family, interface, &found) && is_neighbour(network, interface, &found)) ||
        (by_lease(family, interface, &found) && is_neighbour(network, interface, &found))) {
        *ret = found;
        return true;
    }
    return false;
}

static json_t *noted(const Network *network)
{
    json_t *notes = json_load_file(NOTES, 0, NULL);

    if (!json_is_object(notes)) {
        json_decref(notes);
        notes = json_object();
    }
    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        const Interface *interface = network_interface(network, route->index);
        if (route->destination.length != 0 || route->table != RT_TABLE_MAIN || !interface ||
            route->gateway.family != route->family)
            continue;
        g_autofree char *gateway = ip_address_format(&route->gateway);
        if (!json_object_get(notes, interface->name))
            json_object_set_new(notes, interface->name, json_object());
        json_object_set_new(json_object_get(notes, interface->name), family_key(route->family),
                            json_string(gateway));
    }
    return notes;
}

/* Written only when it says something new: whoever watches the directory is not woken for nothing. */
void gateway_note(const Network *network)
{
    json_t *before = json_load_file(NOTES, 0, NULL), *now = noted(network);
    char *text = json_equal(before, now) ? NULL : json_dumps(now, JSON_INDENT(1) | JSON_SORT_KEYS);

    if (text)
        (void)whole_write(NOTES, text, 0644, NULL);
    free(text);
    json_decref(before);
    json_decref(now);
}
