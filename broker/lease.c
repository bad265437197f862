/* lease.c - see lease.h.
 *
 * There is no one place. networkd's state files (/run/systemd/netif) say of themselves that they are private,
 * but sd-network, NetworkManager's tests and others have read these keys since 2014, and to ask over D-Bus
 * would need a bus. NetworkManager and dhcpcd keep it to themselves: nmcli(1) and dhcpcd(8) ask them.
 * dhclient's leases are dhclient.leases(5); what dhcpcd, resolvconf(8) and openresolv keep per interface is
 * in the syntax of resolv.conf(5). */
#include "lease.h"

#include "ip.h"
#include "spawn.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NMCLI "/usr/bin/nmcli"
#define DHCPCD "/usr/sbin/dhcpcd"

/* Adds those of @words (separated by blanks, commas, bars, semicolons) that are addresses. networkd writes
 * ADDRESS[:PORT][%INTERFACE][#NAME]: what is behind an address means nothing in another namespace. */
static void add_addresses(GPtrArray *list, const char *words)
{
    g_auto(GStrv) split = g_strsplit_set(words, " \t,|;'\n", -1);

    for (char **word = split; *word; word++) {
        IpAddress address;
        if (ip_address_parse(*word, &address, NULL) &&
            !g_ptr_array_find_with_equal_func(list, *word, g_str_equal, NULL))
            g_ptr_array_add(list, g_strdup(*word));
    }
}

/* Lines that begin with @key; the rest of each. */
static void add_lines(GPtrArray *list, const char *text, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(g_strchug(*line), key))
            add_addresses(list, *line + strlen(key));
}

static void add_file(GPtrArray *list, const char *file, const char *key)
{
    g_autofree char *text = NULL;

    if (g_file_get_contents(file, &text, NULL, NULL))
        add_lines(list, text, key);
}

static void from_networkd(GPtrArray *list, const char *directory, unsigned index, const char *key)
{
    g_autofree char *file = g_strdup_printf("/run/systemd/netif/%s/%u", directory, index);

    add_file(list, file, key);
}

/* NetworkManager keeps a file for each interface that it manages; only then is it asked. */
static void from_manager(GPtrArray *list, const char *interface, unsigned index, const char *fields)
{
    g_autofree char *file = g_strdup_printf("/run/NetworkManager/devices/%u", index), *said = NULL;
    char *const argv[] = {(char *)NMCLI,  (char *)"-t",     (char *)"-e",   (char *)"no",      (char *)"-g",
                          (char *)fields, (char *)"device", (char *)"show", (char *)interface, NULL};

    if (access(file, F_OK) < 0 || access(NMCLI, X_OK) < 0)
        return;
    said = spawn_ask(argv, -1);
    if (said)
        add_addresses(list, said);
}

/* dhcpcd has one process for all interfaces, or one for each and perhaps each family; only one that is there
 * is asked. */
static void from_dhcpcd(GPtrArray *list, const char *interface, const char *const *keys)
{
    static const struct {
        const char *suffix, *option; /* of the pid file's name; what makes `dhcpcd -U` find that process */
    } processes[] = {{"", "-U"}, {"-4", "-4U"}, {"-6", "-6U"}};
    bool all = access("/run/dhcpcd/pid", F_OK) == 0;

    for (size_t i = 0; access(DHCPCD, X_OK) == 0 && i < G_N_ELEMENTS(processes); i++) {
        g_autofree char *file = g_strdup_printf("/run/dhcpcd/%s%s.pid", interface, processes[i].suffix);
        g_autofree char *said = NULL;
        char *const argv[] = {(char *)DHCPCD, (char *)processes[i].option, (char *)interface, NULL};
        if ((all && i == 0) || access(file, F_OK) == 0)
            said = spawn_ask(argv, -1);
        for (const char *const *key = keys; said && *key; key++)
            add_lines(list, said, *key);
    }
}

/* dhclient.leases(5): `expire 3 2026/11/25 20:02:29;` in UTC, `expire never;`, or with db-time-format
 * `expire epoch 1795636949; # …`. Whoever has it now no longer asks for a lease that has run out. */
static bool has_expired(const char *words)
{
    int year, month, day, hour, minute, second;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc(), end = NULL;
    gint64 epoch;

    if (sscanf(words, "epoch %" G_GINT64_FORMAT, &epoch) == 1)
        end = g_date_time_new_from_unix_utc(epoch);
    else if (sscanf(words, "%*d %d/%d/%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second) == 6)
        end = g_date_time_new_utc(year, month, day, hour, minute, second);
    return end && g_date_time_compare(end, now) < 0;
}

/* The last lease of the interface in a file of dhclient.leases(5): `option NAME a, b;`. */
static void from_dhclient_file(GPtrArray *list, const char *file, const char *interface, const char *option)
{
    g_autofree char *text = NULL, *ours = g_strdup_printf("interface \"%s\";", interface), *last = NULL;
    g_autofree char *key = g_strdup_printf("option %s ", option);
    bool inside = false, expired = false;

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_strstrip(*line);
        if (g_str_has_prefix(*line, "lease"))
            inside = false;
        if (g_str_equal(*line, ours)) {
            inside = true;
            expired = false;
            g_clear_pointer(&last, g_free);
        }
        if (inside && g_str_has_prefix(*line, key)) {
            g_free(last);
            last = g_strdup(*line + strlen(key));
        }
        if (inside && g_str_has_prefix(*line, "expire "))
            expired = has_expired(*line + strlen("expire "));
    }
    if (last && !expired)
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
            add_file(list, file, "nameserver");
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

    static const char *const dhcpcd_keys[] = {"routers=", "nd1_from=", NULL};

    from_networkd(list, "leases", index, "ROUTER=");
    from_dhclient(list, interface, "routers");
    from_manager(list, interface, index, "IP4.GATEWAY,IP6.GATEWAY");
    from_dhcpcd(list, interface, dhcpcd_keys);
    return finished(list);
}

char **lease_servers(const char *interface, unsigned index)
{
    GPtrArray *list = g_ptr_array_new();

    static const char *const dhcpcd_keys[] = {
        "domain_name_servers=", "dhcp6_name_servers=", "nd1_rdnss1_servers=", NULL};

    from_networkd(list, "links", index, "DNS=");
    from_manager(list, interface, index, "IP4.DNS,IP6.DNS");
    from_resolvconf(list, "/run/resolvconf/interface", interface);
    from_resolvconf(list, "/run/resolvconf/interfaces", interface);
    from_resolvconf(list, "/run/dhcpcd/hook-state/resolv.conf", interface);
    if (list->len == 0) /* where its hook gives them to resolvectl */
        from_dhcpcd(list, interface, dhcpcd_keys);
    from_dhclient(list, interface, "domain-name-servers");
    from_dhclient(list, interface, "dhcp6.name-servers");
    return finished(list);
}
