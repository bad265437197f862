/* dns-source.c - see dns-source.h. */
#include "dns-source.h"

#include "link.h"

static bool any_dhcp(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (((const LinkConf *)conf->links->pdata[i])->dhcp)
            return true;
    return false;
}

/* Without a word about name servers. */
static DnsSource by_default(const Conf *conf)
{
    return any_dhcp(conf) ? DNS_SOURCE_LEASE : conf->ns.kill_switch ? DNS_SOURCE_NOBODY : DNS_SOURCE_HOST;
}

DnsSource dns_source(const Conf *conf)
{
    if (conf->dns.servers->len)
        return DNS_SOURCE_GIVEN;
    return conf->dns.word == DNS_SOURCE_UNSET ? by_default(conf) : conf->dns.word;
}

bool dns_source_may_be_file(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (link->kind->may_name_servers && link->kind->may_name_servers(link))
            return conf->dns.servers->len == 0 && conf->dns.word == DNS_SOURCE_UNSET;
    }
    return false;
}

#define NOTE "servers_of"

static const char *const words[] = {
    [DNS_SOURCE_NOBODY] = "nobody", [DNS_SOURCE_GIVEN] = "file", [DNS_SOURCE_HOST] = "host",
    [DNS_SOURCE_UPLINK] = "uplink", [DNS_SOURCE_VPN] = "vpn",    [DNS_SOURCE_LEASE] = "leases"};

void dns_source_note(const Conf *conf, json_t *detail)
{
    json_object_set_new(detail, NOTE, json_string(words[dns_source(conf)]));
}

bool dns_source_noted(const json_t *detail, DnsSource source)
{
    return g_strcmp0(json_string_value(json_object_get(detail, NOTE)), words[source]) == 0;
}

bool dns_source_comes(DnsSource source)
{
    return source == DNS_SOURCE_UPLINK || source == DNS_SOURCE_VPN || source == DNS_SOURCE_LEASE;
}
