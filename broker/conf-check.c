/* conf-check.c - what single values of a configuration cannot say: how they go together.
 *
 * Only what no kernel could build, or what surely is not what the admin means, is an error. Every check
 * reports and goes on. */
#include "conf-check.h"

#include "link.h"
#include "paths.h"
#include "ruleset-file.h"

#include <string.h>

void check_slip_line(const Check *check, const ConfLine *line, const char *format, ...)
{
    GError *error = NULL;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    conf_fail(line, &error, "%s", what);
    conf_slip(check->slips, error);
}

void check_slip_prefix(const Check *check, const IpPrefix *prefix, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *which = ip_prefix_format(prefix);
    bool several = strpbrk(prefix->line->value, " \t") != NULL;
    check_slip_line(check, prefix->line, "%s%s%s", several ? which : "", several ? ": " : "", what);
}

void check_slip_key(const Check *check, const GPtrArray *lines, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = conf_cite(lines, key);
    conf_slip(check->slips, g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", where, what));
}

const char *check_family(int family)
{
    return family == AF_INET6 ? "IPv6" : "IPv4";
}

void check_network(const Check *check, const IpPrefix *prefix)
{
    IpPrefix network = ip_prefix_network(prefix);
    if (!prefix->line || prefix->address.family == AF_UNSPEC ||
        ip_address_equal(&network.address, &prefix->address))
        return;
    g_autofree char *right = ip_prefix_format(&network);
    check_slip_prefix(check, prefix, "has bits set behind the prefix length, the network is %s", right);
}

GPtrArray *check_section_lines(const Conf *conf, const char *section)
{
    GPtrArray *lines = g_ptr_array_new();
    for (guint i = 0; i < conf->lines->len; i++)
        if (g_str_equal(((const ConfLine *)conf->lines->pdata[i])->section, section))
            g_ptr_array_add(lines, conf->lines->pdata[i]);
    return lines;
}

/* Masquerading needs a way to the host, and something that sends packets there. */
static void nat_check(const Check *check)
{
    const Conf *conf = check->conf;
    g_autoptr(GPtrArray) lines = check_section_lines(conf, "NAT");
    const LinkConf *way = NULL;
    bool used = conf->routes->len > 0;
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        used = used || link->subnet_auto == TRISTATE_YES || link->gateways->len > 0;
        way = link_is_wire(link) ? link : way;
    }
    if (conf->nat.masquerade && !way)
        check_slip_key(check, lines, "Masquerade",
                       "there is no link of Kind=veth to the host whose packets could be masqueraded");
    else if (conf->nat.masquerade && !used)
        check_slip_key(check, way->lines, "Gateway",
                       "is missing: no packet would take the way that [NAT] Masquerade= is for");
}

static bool has_wire(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (link_is_wire(conf->links->pdata[i]))
            return true;
    return false;
}

static bool awaits(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (((const LinkConf *)conf->links->pdata[i])->kind->awaits)
            return true;
    return false;
}

/* A way out is one that the host gives. */
static void uplink_check(const Check *check)
{
    const Conf *conf = check->conf;
    g_autoptr(GPtrArray) nat = check_section_lines(conf, "NAT"), dns = check_section_lines(conf, "DNS");
    if (conf->nat.uplink[0] && !has_wire(conf))
        check_slip_key(check, nat, "Uplink",
                       "there is no link of Kind=veth to the host whose packets it could be the way of");
    if (conf->dns.word == DNS_SOURCE_VPN && !awaits(conf))
        check_slip_key(check, dns, "Servers", "there is no link of Kind=vpn that they could come with");
    if (conf->dns.word == DNS_SOURCE_UPLINK && !conf->nat.uplink[0])
        check_slip_key(check, dns, "Servers", "[NAT] Uplink= does not say which");
}

/* What is saved must be what is loaded next time. */
static void firewall_check(const Check *check)
{
    const FirewallConf *firewall = &check->conf->firewall;
    g_autoptr(GPtrArray) lines = check_section_lines(check->conf, "Firewall");
    bool loaded = false;
    g_autofree char *target = firewall->auto_save ? ruleset_target(check->conf, &loaded) : NULL;
    if (firewall->auto_save && !loaded)
        check_slip_key(check, lines, "AutoSave",
                       "needs File= with a file of its own in " CONF_DIR
                       ", for example File=%s" RULESET_SUFFIX,
                       target ? check->conf->name : "mine");
}

/* So are the other namespaces: by the host. */
static void namespaces_check(const Check *check)
{
    const Conf *conf = check->conf;
    g_autoptr(GPtrArray) lines = check_section_lines(conf, "NAT");
    if (conf->nat.namespace_access[0] && !has_wire(conf))
        check_slip_key(check, lines, "NamespaceAccess",
                       "there is no link of Kind=veth to the host, by which other namespaces are reached");
    if (g_strv_contains((const char *const *)conf->nat.namespace_access, conf->name))
        check_slip_key(check, lines, "NamespaceAccess", "%s is this namespace", conf->name);
}

void conf_check(Conf *conf, ConfSlips *slips)
{
    Check check = {conf, slips};
    for (guint i = 0; i < conf->links->len; i++)
        check_link(&check, conf->links->pdata[i], i);
    for (guint i = 0; i < conf->routes->len; i++)
        check_route(&check, conf->routes->pdata[i], i);
    for (guint i = 0; i < conf->rules->len; i++)
        check_rule(&check, conf->rules->pdata[i]);
    for (guint i = 0; i < conf->ports->len; i++)
        check_port(&check, conf->ports->pdata[i], i);
    for (guint i = 0; i < conf->peers->len; i++)
        check_peer(&check, conf->peers->pdata[i], i);
    check_kill_switch(&check);
    check_etc(&check);
    check_leased(&check);
    nat_check(&check);
    uplink_check(&check);
    check_dns(&check);
    firewall_check(&check);
    namespaces_check(&check);
}
