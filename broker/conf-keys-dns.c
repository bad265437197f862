/* conf-keys-dns.c - [DNS]: the schema, and what its values look like. */
#include "conf-keys.h"
#include "ip.h"

#include <string.h>

static DnsSource word_of(const char *text)
{
    static const char *const words[] = {[DNS_SOURCE_HOST] = "host",
                                        [DNS_SOURCE_UPLINK] = "uplink",
                                        [DNS_SOURCE_VPN] = "vpn",
                                        [DNS_SOURCE_LEASE] = "dhcp"};

    for (DnsSource source = DNS_SOURCE_HOST; source < G_N_ELEMENTS(words); source++)
        if (g_str_equal(text, words[source]))
            return source;
    return DNS_SOURCE_UNSET;
}

/* Addresses, and the words dhcp, host, uplink and vpn, of which the last one counts: a file's, not its
 * type's. */
static bool servers_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    Conf *conf = field;
    DnsSource word = word_of(line->value);

    if (word == DNS_SOURCE_UNSET)
        return conf_type_server_list.parse(key, line, &conf->dns.servers, error);
    conf->dns.word = word;
    return true;
}

static void servers_clear(const ConfKey *key, void *field)
{
    Conf *conf = field;
    conf->dns.word = DNS_SOURCE_UNSET;
    conf_type_server_list.clear(key, &conf->dns.servers);
}

const ConfType conf_type_servers = {servers_parse, servers_clear, true};

static void words_clear(const ConfKey *key, void *field)
{
    conf_type_strings.clear(key, field);
}

/* A single dot is none, not even the host's (glibc's resolv/res_init.c). */
static bool domains_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(line->value, " \t", -1);

    for (char **word = words; *word; word++) {
        if (strchr(*word, ','))
            return conf_fail(line, error, "separate domains by blanks");
        if (**word == '~')
            return conf_fail(line, error,
                             "%s: which server is asked for which domain is systemd-resolved's business; "
                             "here are only the names of domains that are searched",
                             *word);
        if (**word && !domain_is_clean(*word) && !g_str_equal(*word, "."))
            return conf_fail(line, error, "%s: not the name of a domain (letters, digits, '-', '_' and '.')",
                             *word);
    }
    return conf_type_strings.parse(key, line, field, error);
}

static const ConfType type_domains = {domains_parse, words_clear, true, true};

/* Of resolv.conf(5), glibc 2.41: resolv/res_init.c, res_setoptions(). The first three have a number. */
static const char *const options[] = {"ndots",
                                      "timeout",
                                      "attempts",
                                      "debug",
                                      "edns0",
                                      "inet6",
                                      "ip6-bytestring",
                                      "ip6-dotint",
                                      "no-aaaa",
                                      "no-check-names",
                                      "no-ip6-dotint",
                                      "no-reload",
                                      "no-tld-query",
                                      "no_tld_query",
                                      "rotate",
                                      "single-request",
                                      "single-request-reopen",
                                      "strict-error",
                                      "trust-ad",
                                      "use-vc",
                                      NULL};

static bool option_check(const ConfLine *line, const char *word, GError **error)
{
    const char *colon = strchr(word, ':');
    g_autofree char *name = colon ? g_strndup(word, (size_t)(colon - word)) : g_strdup(word);
    const char *nearest = word_nearest(name, options);
    bool known = g_strv_contains(options, name);
    bool numbered =
        known && g_strv_contains((const char *const[]){"ndots", "timeout", "attempts", NULL}, name);
    uint32_t number;

    if (!known)
        return conf_fail(line, error, "%s: resolv.conf(5) has no such option%s%s%s", word,
                         nearest ? ", did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    if (numbered && !(colon && number_read(colon + 1, &number)))
        return conf_fail(line, error, "%s: write it with a number, like %s:2", word, name);
    return numbered || !colon || conf_fail(line, error, "%s: %s takes no value", word, name);
}

static bool options_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(line->value, " \t", -1);

    for (char **word = words; *word; word++)
        if (**word && !option_check(line, *word, error))
            return false;
    return conf_type_strings.parse(key, line, field, error);
}

static const ConfType type_options = {options_parse, words_clear, true, true};

static const ConfWord guard_words[] = {
    {"yes", DNS_GUARD_YES}, {"no", DNS_GUARD_NO}, {"tls", DNS_GUARD_TLS}, {}};

static const ConfWord resolver_words[] = {
    {"dnsmasq", RESOLVER_DNSMASQ}, {"unbound", RESOLVER_UNBOUND}, {"no", RESOLVER_NONE}, {}};

const ConfKey conf_dns_keys[] = {
    CONF_WHOLE("Servers", conf_type_servers),
    {.name = "Domains", .offset = offsetof(Conf, dns.domains), .type = &type_domains},
    {.name = "Options", .offset = offsetof(Conf, dns.options), .type = &type_options},
    CONF_KEY("Guard", Conf, dns.guard, .words = guard_words),
    CONF_KEY("Resolver", Conf, dns.resolver, .words = resolver_words),
    {},
};
