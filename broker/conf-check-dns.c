/* conf-check-dns.c - the checks of [DNS]: whom a program inside could ask, and whom it could not. */
#include "conf-check.h"
#include "dns-source.h"
#include "link.h"

#include <string.h>

/* A resolver asks others. Not itself: on the loopback there is only it. */
static void resolver_check(const Check *check)
{
    const DnsConf *dns = &check->conf->dns;
    g_autoptr(GPtrArray) lines = check_section_lines(check->conf, "DNS");
    if (dns->resolver == RESOLVER_NONE)
        return;
    if (dns_source(check->conf) == DNS_SOURCE_NOBODY && !dns_source_may_be_file(check->conf))
        check_slip_key(check, lines, "Servers", "is missing: whom the resolver of Resolver= asks");
    for (guint i = 0; i < dns->servers->len; i++) {
        const IpPrefix *server = dns->servers->pdata[i];
        g_autofree char *text = ip_address_format(&server->address);
        if (ip_address_is_loopback(&server->address))
            check_slip_line(check, server->line, "with Resolver= %s is the resolver itself", text);
    }
}

/* What programs would not see, or would ask past, with the host's /etc and the host's daemons; and
 * *@ret_undo, what takes it back, a type's word too. */
static const char *unseen(const Conf *conf, const char **ret_undo)
{
    const DnsConf *dns = &conf->dns;
    *ret_undo = "an empty KillSwitch=";
    if (conf->ns.kill_switch)
        return "KillSwitch=";
    *ret_undo = "Guard=no";
    if (dns->guard == DNS_GUARD_YES || dns->guard == DNS_GUARD_TLS)
        return "[DNS] Guard=";
    *ret_undo = "Resolver=no";
    if (dns->resolver != RESOLVER_NONE)
        return "[DNS] Resolver=";
    *ret_undo = "an empty Servers= there";
    return dns->servers->len || dns->word != DNS_SOURCE_UNSET ? "[DNS] Servers=" : NULL;
}

/* The host's resolv.conf may name its stub, and its resolved and nscd ask by the host's network. That a lease
 * brings servers is a matter only where it is written down. */
void check_etc(const Check *check)
{
    const char *undo, *what = check->conf->ns.etc == ETC_NO ? unseen(check->conf, &undo) : NULL;
    g_autoptr(GPtrArray) lines = check_section_lines(check->conf, "Namespace");
    if (what)
        check_slip_key(check, lines, "MountEtc",
                       "programs would have names looked up as the host does, whatever %s says: "
                       "write %s, or MountEtc=files",
                       what, undo);
}

/* Of systemd-resolved.service(8): its full stub and its plain one. There is one systemd-resolved, and it is
 * in the host. */
static bool is_stub_of_host(const char *text)
{
    return g_str_equal(text, "127.0.0.53") || g_str_equal(text, "127.0.0.54");
}

/* Other interfaces come with a namespace that was there before, and with a VPN. */
static bool may_have(const Conf *conf, const char *interface)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (g_str_equal(link->name.text, interface) || g_strcmp0(link->altname, interface) == 0 ||
            link->kind->awaits)
            return true;
    }
    return conf->ns.adopt;
}

static void zone_check(const Check *check, const IpPrefix *server, const char *text)
{
    const char *zone = server->zone.text;

    if (!ip_address_is_link_local(&server->address) || server->address.family != AF_INET6) {
        if (*zone)
            check_slip_line(check, server->line, "%s is not link-local: it takes no interface", text);
    } else if (!*zone) {
        check_slip_line(check, server->line,
                        "%s is another one on each link: write the interface behind it, as in %s%%%%eth0 "
                        "(the %% twice)",
                        text, text);
    } else if (!may_have(check->conf, zone)) {
        check_slip_line(check, server->line, "no [Link] has the name %s", zone);
    }
}

static void server_check(const Check *check, const IpPrefix *server)
{
    g_autofree char *text = ip_address_format(&server->address);

    if (is_stub_of_host(text))
        check_slip_line(check, server->line,
                        "%s is the host's systemd-resolved, which is not reached from inside: Servers=host "
                        "takes the servers that it asks",
                        text);
    else if (ip_address_is_multicast(&server->address) || ip_address_is_unspecified(&server->address))
        check_slip_line(check, server->line, "%s is not an address that a name server can have", text);
    else
        zone_check(check, server, text);
}

void check_dns(const Check *check)
{
    const GPtrArray *servers = check->conf->dns.servers;

    for (guint i = 0; i < servers->len; i++)
        if (((const IpPrefix *)servers->pdata[i])->line)
            server_check(check, servers->pdata[i]);
    resolver_check(check);
}
