/* conf-check-dhcp.c - the checks of DHCP=: on which links an address can be asked for, and where its name
 * servers go. */
#include "conf-check.h"
#include "link.h"

#include <string.h>

const char *const check_dhcp_keys[] = {"Client", "DHCPTimeout", "DHCPRequired", "ClientFile", NULL};

const ConfLine *check_own_line(const LinkConf *link, const char *key)
{
    const ConfLine *last = NULL;

    for (guint i = 0; i < link->lines->len; i++) {
        const ConfLine *line = link->lines->pdata[i];
        if (g_str_equal(line->key, key))
            last = line;
    }
    return last && !last->from_type && *last->value ? last : NULL;
}

/* NULL: it can. */
static const char *why_not(const LinkConf *link)
{
    if (link->kind->awaits)
        return "a VPN's interface gets its addresses from the VPN program";
    if (link->kind->has_no_mac)
        return "this kind of link has no Ethernet, which DHCP needs";
    if (link->kind->leads_nowhere)
        return "nobody could answer on this kind of link";
    if (link->kind->is_deaf && link->kind->is_deaf(link))
        return "no broadcast comes through an ipvlan in Mode=l3 or l3s, and DHCP needs them: Mode=l2 has it";
    if (link->up == TRISTATE_NO)
        return "ActivationPolicy=down: nothing can be asked by a link that is down";
    if (link->master.text[0])
        return "a port of another link has no addresses of its own";
    return NULL;
}

/* The type's DHCP= would be left out without a word, and the link be without an address. */
static void mode_check(const Check *check, const LinkConf *link)
{
    bool deaf = link->kind->is_deaf && link->kind->is_deaf(link);

    if (link->dhcp && deaf && !check_own_line(link, "DHCP") && !link->addresses->len &&
        link->subnet_auto != TRISTATE_YES)
        check_slip_key(
            check, link->lines, "Mode",
            "no DHCP goes through an ipvlan in this mode, and there is no address: write Address=, "
            "or DHCP=no for none");
}

/* Address= and Subnet= are the word against the type's DHCP=. */
static void settle(LinkConf *link)
{
    if (!check_own_line(link, "DHCP") &&
        (link->addresses->len || link->subnet_auto == TRISTATE_YES || why_not(link)))
        link->dhcp = FAMILIES_NONE;
}

/* Why nobody is asked on a link whose admin has not said DHCP=no. */
static const char *why_off(const LinkConf *link)
{
    const char *why = why_not(link);

    if (why)
        return why;
    return link->addresses->len || link->subnet_auto == TRISTATE_YES
               ? "the link has addresses without DHCP: write DHCP= too, or leave this out"
               : "there is no DHCP= here that it could be about";
}

/* With DHCP=no they are kept for another day (check-host-dhcp.c has a note). */
static bool idle_check(const Check *check, const LinkConf *link)
{
    bool fine = true;

    if (link->dhcp || check_own_line(link, "DHCP"))
        return true;
    for (const char *const *key = check_dhcp_keys; *key; key++) {
        const ConfLine *line = check_own_line(link, *key);
        if (line)
            check_slip_line(check, line, "%s", why_off(link));
        fine = fine && !line;
    }
    return fine;
}

static void file_check(const Check *check, const LinkConf *link)
{
    if (link->dhcp_file[0] != '/')
        check_slip_key(check, link->lines, "ClientFile", "must be an absolute path");
    else if (link->dhcp_client == DHCP_AUTO)
        check_slip_key(check, link->lines, "ClientFile",
                       "is written for one client: say which, by Client=dhcpcd or Client=dhclient");
    else if (link->dhcp_client == DHCP_UDHCPC)
        check_slip_key(check, link->lines, "ClientFile", "udhcpc has no configuration file");
}

void check_dhcp(const Check *check, LinkConf *link)
{
    bool small = link->mtu && link->mtu < 1280;
    const char *why;

    mode_check(check, link);
    settle(link);
    why = why_not(link);
    if (link->dhcp && why)
        check_slip_key(check, link->lines, "DHCP", "%s", why);
    if (link->dhcp == FAMILIES_IPV6 && check->conf->ns.ipv6 == TRISTATE_NO)
        check_slip_key(check, link->lines, "DHCP", "[Namespace] IPv6=no, so there can be no IPv6 address");
    if (link->dhcp == FAMILIES_IPV6 && small)
        check_slip_key(check, link->lines, "MTU", "IPv6 needs 1280 at least (RFC 8200)");
    if (check->conf->ns.ipv6 == TRISTATE_NO || small)
        link->dhcp &= FAMILIES_IPV4;
    if (link->dhcp == FAMILIES_IPV6 && link->dhcp_client == DHCP_UDHCPC)
        check_slip_key(check, link->lines, "Client",
                       "udhcpc knows no IPv6: take Client=dhcpcd or Client=dhclient");
    if ((link->dhcp & FAMILIES_IPV4) && link->kind->shares_mac && link->dhcp_client == DHCP_DHCLIENT)
        check_slip_key(check, link->lines, "Client",
                       "dhclient cannot ask for a broadcast answer, which a link of Kind=%s needs: take "
                       "Client=dhcpcd or Client=udhcpc",
                       link->kind->name);
    if ((link->dhcp & FAMILIES_IPV6) && link->generation == GENERATION_NONE &&
        link->dhcp_client == DHCP_DHCLIENT)
        check_slip_key(check, link->lines, "IPv6LinkLocalAddressGenerationMode",
                       "dhclient asks for IPv6 addresses by the link-local one, so that there would never be "
                       "a lease: write another mode, DHCP=ipv4 or Client=dhcpcd");
    if (link->dhcp && link->dhcp_required && link->dhcp_timeout == 0)
        check_slip_key(check, link->lines, "DHCPRequired",
                       "DHCPTimeout=0 does not wait, so that there can be no lease by then");
    if (idle_check(check, link) && link->dhcp_file)
        file_check(check, link);
}

void check_leased(const Check *check)
{
    g_autoptr(GPtrArray) lines = check_section_lines(check->conf, "DNS");
    bool any = false;

    for (guint i = 0; i < check->conf->links->len; i++)
        any = any || ((const LinkConf *)check->conf->links->pdata[i])->dhcp;
    if (check->conf->dns.word == DNS_SOURCE_LEASE && !any)
        check_slip_key(check, lines, "Servers", "no [Link] has DHCP=, by which they could come");
}
