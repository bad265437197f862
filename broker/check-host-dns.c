/* check-host-dns.c - what netnsctl check has to tell about name servers on this machine. */
#include "check-host.h"
#include "dns-source.h"
#include "dropin.h"
#include "ip.h"
#include "resolver.h"

/* resolv.conf(5): MAXNS of glibc, and musl has no more */
#define SERVERS_MAX 3

static const ConfLine *last_line(const Conf *conf)
{
    const IpPrefix *last = conf->dns.servers->pdata[conf->dns.servers->len - 1];

    return last->line;
}

/* A resolver asks all of them. */
static void count_note(const Conf *conf, GPtrArray *notes)
{
    if (conf->dns.servers->len > SERVERS_MAX && conf->dns.resolver == RESOLVER_NONE)
        check_note(notes, conf_cite_line(last_line(conf)),
                   "programs ask the first three name servers only; a resolver, as by Resolver=dnsmasq, asks "
                   "all");
}

/* A service that is attached, or what a hook starts, may be who answers there. */
static bool has_company(const Conf *conf)
{
    json_t *attached = dropin_attached(DROPIN_SYSTEM);
    bool any = json_object_get(attached, conf->name) || conf->hooks[HOOK_INSIDE_PRE_UP]->len > 0 ||
               conf->hooks[HOOK_INSIDE_POST_UP]->len > 0 || conf->hooks[HOOK_POST_UP]->len > 0;

    json_decref(attached);
    return any;
}

static void loopback_note(const Conf *conf, GPtrArray *notes)
{
    for (guint i = 0; i < conf->dns.servers->len; i++) {
        const IpPrefix *server = conf->dns.servers->pdata[i];
        if (!ip_address_is_loopback(&server->address) || has_company(conf))
            continue;
        g_autofree char *text = ip_address_format(&server->address);
        g_autofree char *what =
            g_strdup_printf("%s is the namespace's own loopback, and no service that could "
                            "answer there is attached: Resolver= starts one",
                            text);
        check_note(notes, conf_cite_line(server->line), what);
    }
}

void check_host_servers(const Conf *conf, GPtrArray *notes)
{
    if (conf->dns.resolver != RESOLVER_NONE && dns_source(conf) == DNS_SOURCE_NOBODY)
        check_note(notes, conf_cite(conf->lines, "Resolver"),
                   "it has nobody to ask: there is no Servers=, and ConfigFile= names none");
}

void check_host_dns(const Conf *conf, GPtrArray *notes)
{
    if (!resolver_check(conf, NULL))
        check_note(notes, conf_cite(conf->lines, "Resolver"), "the program is not installed here");
    if (conf->dns.servers->len == 0)
        return;
    count_note(conf, notes);
    loopback_note(conf, notes);
}
