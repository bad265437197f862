/* lease.c - see lease.h.
 *
 * There is no one place. networkd's state files (/run/systemd/netif) say of themselves that they are private,
 * but sd-network, NetworkManager's tests and others have read these keys since 2014, and to ask over D-Bus
 * would need a bus. NetworkManager keeps it to itself: nmcli(1) asks it. dhclient's leases are
 * dhclient.leases(5); what dhcpcd, resolvconf(8) and openresolv keep per interface is in the syntax of
 * resolv.conf(5). */
#include "lease.h"

#include "ip.h"
#include "spawn.h"

#include <string.h>
#include <unistd.h>

#define NMCLI "/usr/bin/nmcli"

/* Adds those of @words (separated by blanks, commas, bars, semicolons) that are addresses. networkd writes
 * ADDRESS[:PORT][%INTERFACE][#NAME]: what is behind an address means nothing in another namespace. */
static void add_addresses(GPtrArray *list, const char *words)
{
    g_auto(GStrv) split = g_strsplit_set(words, " \t,|;\n", -1);

    for (char **word = split; *word; word++) {
        IpAddress address;
        if (ip_address_parse(*word, &address, NULL) &&
            !g_ptr_array_find_with_equal_func(list, *word, g_str_equal, NULL))
            g_ptr_array_add(list, g_strdup(*word));
    }
}

/* Lines that begin with @key; the rest of each. */
static void add_lines(GPtrArray *list, const char *file, const char *key)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(g_strchug(*line), key))
            add_addresses(list, *line + strlen(key));
}

static void from_networkd(GPtrArray *list, const char *directory, unsigned index, const char *key)
{
    g_autofree char *file = g_strdup_printf("/run/systemd/netif/%s/%u", directory, index);

    add_lines(list, file, key);
}

/* NetworkManager keeps a file for each interface that it manages; only then is it asked. */
static void from_manager(GPtrArray *list, const char *interface, unsigned index, const char *fields)
{
    g_autofree char *file = g_strdup_printf("/run/NetworkManager/devices/%u", index), *output = NULL;
    char *const argv[] = {(char *)NMCLI,  (char *)"-t",     (char *)"-e",   (char *)"no",      (char *)"-g",
                          (char *)fields, (char *)"device", (char *)"show", (char *)interface, NULL};

    if (access(file, F_OK) < 0 || access(NMCLI, X_OK) < 0)
        return;
    if (spawn_read(argv, NULL, -1, NULL, true, &output, NULL))
        add_addresses(list, output);
}

/* The last lease of the interface in a file of dhclient.leases(5): `option NAME a, b;`. */
static void from_dhclient_file(GPtrArray *list, const char *file, const char *interface, const char *option)
{
    g_autofree char *text = NULL, *ours = g_strdup_printf("interface \"%s\";", interface), *last = NULL;
    g_autofree char *key = g_strdup_printf("option %s ", option);
    bool inside = false;

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_strstrip(*line);
        if (g_str_has_prefix(*line, "lease"))
            inside = false;
        inside = inside || g_str_equal(*line, ours);
        if (inside && g_str_has_prefix(*line, key)) {
            g_free(last);
            last = g_strdup(*line + strlen(key));
        }
    }
    if (last)
        add_addresses(list, last);
}

static void from_dhclient(GPtrArray *list, const char *interface, const char *option)
{
    static const char *const files[] = {"/var/lib/dhcp/dhclient.%s.leases",
                                        "/var/lib/dhcp/dhclient6.%s.leases", "/run/dhclient.%s.leases"};

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        g_autofree char *file = g_strdup_printf(files[i], interface);
#pragma GCC diagnostic pop
        from_dhclient_file(list, file, interface, option);
    }
    from_dhclient_file(list, "/var/lib/dhcp/dhclient.leases", interface, option);
}

/* Files called INTERFACE or INTERFACE.SOMETHING, in the syntax of resolv.conf. */
static void from_resolvconf(GPtrArray *list, const char *directory, const char *interface)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    g_autofree char *prefix = g_strconcat(interface, ".", NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_equal(name, interface) || g_str_has_prefix(name, prefix)) {
            g_autofree char *file = g_build_filename(directory, name, NULL);
            add_lines(list, file, "nameserver");
        }
}

static char **finished(GPtrArray *list)
{
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

char **lease_routers(const char *interface, unsigned index)
{
    GPtrArray *list = g_ptr_array_new();

    from_networkd(list, "leases", index, "ROUTER=");
    from_dhclient(list, interface, "routers");
    from_manager(list, interface, index, "IP4.GATEWAY,IP6.GATEWAY");
    return finished(list);
}

char **lease_servers(const char *interface, unsigned index)
{
    GPtrArray *list = g_ptr_array_new();

    from_networkd(list, "links", index, "DNS=");
    from_manager(list, interface, index, "IP4.DNS,IP6.DNS");
    from_resolvconf(list, "/run/resolvconf/interface", interface);
    from_resolvconf(list, "/run/resolvconf/interfaces", interface);
    from_resolvconf(list, "/run/dhcpcd/hook-state/resolv.conf", interface);
    from_dhclient(list, interface, "domain-name-servers");
    from_dhclient(list, interface, "dhcp6.name-servers");
    return finished(list);
}
