/* check-host-dhcp.c - what netnsctl check has to tell about DHCP on this machine: the client, and its own
 * file. */
#include "check-host.h"
#include "client-file.h"
#include "conf-check.h"
#include "dhcp-client.h"
#include "dhcp-trial.h"

#include <unistd.h>

/* Kept for another day (without DHCP=no it is a slip). */
static void idle_note(const LinkConf *link, GPtrArray *notes)
{
    for (const char *const *key = check_dhcp_keys; *key; key++) {
        const ConfLine *line = check_own_line(link, *key);
        if (line)
            check_note(notes, conf_cite_line(line), "has no effect with DHCP=no");
    }
}

/* A DHCPv6 lease has an address and no router (RFC 8415). */
static bool has_ipv6_way(const Conf *conf, const LinkConf *link)
{
    bool any = link->accept_ra != TRISTATE_NO;

    for (guint i = 0; i < link->gateways->len; i++)
        any = any || ((const IpPrefix *)link->gateways->pdata[i])->address.family == AF_INET6;
    for (guint i = 0; i < link->prefixes->len; i++)
        any = any || ((const IpPrefix *)link->prefixes->pdata[i])->address.family == AF_INET6;
    for (guint i = 0; i < conf->routes->len; i++)
        any = any || ((const RouteConf *)conf->routes->pdata[i])->destination.address.family == AF_INET6;
    return any;
}

/* Of Client=auto, which of them it is depends on the machine; written out it is a slip. */
static void dhclient_note(const LinkConf *link, const DhcpClient *client, GPtrArray *notes)
{
    if (client && client->word == DHCP_DHCLIENT && (link->dhcp & FAMILIES_IPV6) &&
        link->generation == GENERATION_NONE)
        check_note(notes, conf_cite(link->lines, "IPv6LinkLocalAddressGenerationMode"),
                   "dhclient, the client here, asks for IPv6 addresses by the link-local one: there will be "
                   "no such lease");
}

/* What of DHCP= the client here cannot do; or there is none. */
void check_host_dhcp(const Conf *conf, const LinkConf *link, GPtrArray *notes)
{
    const char *program;
    const DhcpClient *client = dhcp_client_find(link, NULL, &program);
    g_autofree char *why = NULL, *more = NULL;

    if (!link->dhcp) {
        idle_note(link, notes);
        return;
    }
    why = client ? dhcp_client_limit(client, link) : dhcp_client_why_not(link);
    more = g_strconcat(
        why ? why : "",
        client && !(dhcp_client_families(client, link) & FAMILIES_IPV6) ? " (DHCP=ipv4 says just that)" : "",
        NULL);
    if (why)
        check_note(notes, conf_cite(link->lines, "DHCP"), more);
    dhclient_note(link, client, notes);
    if (link->dhcp == FAMILIES_IPV6 && !has_ipv6_way(conf, link))
        check_note(notes, conf_cite(link->lines, "IPv6AcceptRA"),
                   "DHCPv6 names no router, so that there is no way out for IPv6 without this or a Gateway=");
}

static bool trial_check(const LinkConf *link, GPtrArray *notes)
{
    bool kept_out = false;
    g_autofree char *why = geteuid() == 0 ? dhcp_trial(link, &kept_out) : NULL;
    g_autofree char *where = conf_cite(link->lines, "ClientFile");

    if (geteuid() != 0)
        check_note(notes, g_steal_pointer(&where),
                   "what is in the file was not checked, only root can ask the client");
    else if (kept_out)
        check_note(notes, g_steal_pointer(&where),
                   "what is in the file was not checked: AppArmor keeps the client from it here");
    else if (why)
        g_ptr_array_add(notes, g_strdup_printf("%s: %s", where, why));
    return !why;
}

static bool file_check(const LinkConf *link, GPtrArray *notes)
{
    g_autoptr(GError) error = NULL;

    if (client_file_check(link, &error))
        return trial_check(link, notes);
    if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        check_note(notes, conf_cite(link->lines, "ClientFile"), "there is no such file here");
        return true;
    }
    g_ptr_array_add(notes, g_strdup(error->message));
    return false;
}

bool check_clients(const Conf *conf, GPtrArray *notes)
{
    bool fine = true;

    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (link->dhcp && link->dhcp_file)
            fine = file_check(link, notes) && fine;
    }
    return fine;
}
