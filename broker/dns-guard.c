/* dns-guard.c - see dns-guard.h. A table of our own, beside the admin's ruleset: an accept there does not
 * overrule it, and File= knows nothing of it. */
#include "dns-guard.h"

#include "etc-file.h"
#include "ip.h"
#include "listing.h"
#include "nft.h"
#include "paths.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

/* What a program sees is to be an error, at once (measured on 6.18). UDP: on the way out `reject` is EPERM to
 * the sender, which glibc takes for an answer, and ICMP, which dig waits for (a mere `drop` is no ICMP, so
 * dig waits five seconds). TCP: a reset; by ICMP alone connect() takes a second with IPv6, after a mere
 * `drop` two minutes. 6 and 17: the names would need /etc/protocols. */
static const char *const table = "table inet " LISTING_GUARD " {}\n"
                                 "delete table inet " LISTING_GUARD "\n"
                                 "table inet " LISTING_GUARD " {\n"
                                 "  set servers4 { type ipv4_addr; %1$s }\n"
                                 "  set servers6 { type ipv6_addr; %2$s }\n"
                                 "  chain output {\n"
                                 "    type filter hook output priority filter; policy accept;\n"
                                 "    oifname \"lo\" accept\n"
                                 "    meta l4proto { 6, 17 } th dport { %3$s } goto asked\n"
                                 "  }\n"
                                 "  chain forward {\n"
                                 "    type filter hook forward priority filter; policy accept;\n"
                                 "    meta l4proto { 6, 17 } th dport { %3$s } goto asked\n"
                                 "  }\n"
                                 "  chain asked {\n"
                                 "    ip daddr @servers4 accept\n"
                                 "    ip6 daddr @servers6 accept\n"
                                 "    meta l4proto 6 reject with tcp reset\n"
                                 "    reject with icmpx admin-prohibited\n"
                                 "  }\n"
                                 "}\n";

/* Its chains, and how many rules they have with the jumps to them. */
static const char *const chains[] = {"output", "forward", "asked", NULL};
static const int rules[] = {2, 1, 6};

/* A tunnel that is the only way out is there so that nobody else sees where one goes, and names tell. In a
 * namespace without that promise, type lan among them, other servers are asked on purpose: the router's, a
 * hotel's. */
const char *dns_guard_ports(const Conf *conf)
{
    switch (conf->dns.guard) {
    case DNS_GUARD_NO:
        return NULL;
    case DNS_GUARD_YES:
        return "53";
    case DNS_GUARD_TLS:
        return "53, 853";
    default:
        return conf->ns.kill_switch ? "53" : NULL;
    }
}

static char *elements(char *const *servers, int family)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (; *servers; servers++) {
        /* resolv.conf(5) may have a zone behind it: fe80::1%eth0 */
        g_autofree char *server = g_strndup(*servers, strcspn(*servers, "% \t"));
        IpAddress address;
        if (ip_address_parse(server, &address, NULL) && address.family == family)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "elements = { ", server);
    }
    if (text->len)
        g_string_append(text, " };");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *dns_guard_commands(const char *ports, char *const *servers)
{
    g_autofree char *ipv4 = elements(servers, AF_INET), *ipv6 = elements(servers, AF_INET6);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return g_strdup_printf(table, ipv4, ipv6, ports);
#pragma GCC diagnostic pop
}

/* What was put in place. Empty while that is not known: whoever is killed meanwhile leaves it so. */
static char *file_of(const char *name)
{
    return g_build_filename(RUN_DIR, "resolver", name, "guard.nft", NULL);
}

bool dns_guard_stands(int nsfd, bool *ret, GError **error)
{
    int counted[G_N_ELEMENTS(rules)];

    if (!nft_rules_of(nsfd, LISTING_GUARD, chains, counted, error))
        return false;
    *ret = memcmp(counted, rules, sizeof rules) == 0;
    return true;
}

/* `nft -j list table`: {"nftables": [{"set": {"name", "elem": ["192.0.2.53"]}}]} (libnftables-json(5)). */
static void add_elements(GStrvBuilder *builder, const json_t *set)
{
    size_t i;
    json_t *element;

    json_array_foreach(json_object_get(set, "elem"), i, element)
    {
        if (json_is_string(element))
            g_strv_builder_add(builder, json_string_value(element));
    }
}

char **dns_guard_servers(int nsfd, GError **error)
{
    static const char *const words[] = {"-j", "list", "table", "inet", LISTING_GUARD, NULL};
    g_autofree char *text = nft_ask(nsfd, words, error);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    json_t *listing = text ? json_loads(text, 0, NULL) : NULL, *item;
    size_t i;

    if (!text)
        return NULL;
    json_array_foreach(json_object_get(listing, "nftables"), i, item)
    {
        add_elements(builder, json_object_get(item, "set"));
    }
    json_decref(listing);
    return g_strv_builder_end(builder);
}

bool dns_guard_lets(const char *name, const char *server)
{
    g_autofree char *file = file_of(name), *text = NULL,
                    *wanted = g_strndup(server, strcspn(server, "% \t")); /* as elements() */
    g_auto(GStrv) words = NULL;

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return false;
    words = g_strsplit_set(text, " ,\n", -1);
    return g_strv_contains((const char *const *)words, wanted);
}

static bool clear(int nsfd, GError **error)
{
    int counted[G_N_ELEMENTS(rules)];

    if (!nft_rules_of(nsfd, LISTING_GUARD, chains, counted, error))
        return false;
    return counted[0] == 0 || nft_run(nsfd, "delete table inet " LISTING_GUARD "\n", error);
}

bool dns_guard_about(const char *name, GError **error)
{
    g_autofree char *file = file_of(name);

    return etc_text_write_private(file, "", error);
}

bool dns_guard_is(const char *name, const char *commands, GError **error)
{
    g_autofree char *file = file_of(name);

    return etc_text_write_private(file, commands, error);
}

/* A table that is replaced in one transaction is never absent. */
static bool put(const char *name, const char *now, int nsfd, GError **error)
{
    g_autofree char *file = file_of(name), *before = NULL;
    bool stands = false;

    if (!dns_guard_stands(nsfd, &stands, error))
        return false;
    if (stands && g_file_get_contents(file, &before, NULL, NULL) && g_str_equal(before, now))
        return true;
    if (!dns_guard_about(name, error))
        return false;
    if (nft_run(nsfd, now, error))
        return dns_guard_is(name, now, error);
    g_prefix_error(error, "[DNS] Guard= cannot be put in place: ");
    return false;
}

bool dns_guard_take_out(const char *name, int nsfd, GError **error)
{
    g_autofree char *file = file_of(name);

    if (access(file, F_OK) < 0)
        return true;
    if (!clear(nsfd, error))
        return false;
    dns_guard_forget(name);
    return true;
}

bool dns_guard_set(const char *name, const char *ports, char *const *servers, int nsfd, GError **error)
{
    g_autofree char *now = ports ? dns_guard_commands(ports, servers) : NULL;

    return now ? put(name, now, nsfd, error) : dns_guard_take_out(name, nsfd, error);
}

void dns_guard_forget(const char *name)
{
    g_autofree char *file = file_of(name);

    (void)unlink(file);
}
