/* grant.c - see grant.h. */
#include "grant.h"

#include "leased.h"
#include "parse.h"

#include <arpa/inet.h>
#include <string.h>

#define SHORTEST_MASK 8
#define UNUSABLE "unusable" /* addresses of a lease that no interface may have */

#define ADVERTS_MAX 16 /* routers, and options of one, that are looked at */

typedef struct Reason {
    const char *word, *source;
    GrantWhat what;
} Reason;

static const Reason dhcpcd_reasons[] = {
    {"BOUND", "ipv4", GRANT_GIVEN},      {"RENEW", "ipv4", GRANT_GIVEN},
    {"REBIND", "ipv4", GRANT_GIVEN},     {"REBOOT", "ipv4", GRANT_GIVEN},
    {"INFORM", "ipv4", GRANT_GIVEN},     {"STATIC", "ipv4", GRANT_GIVEN},
    {"EXPIRE", "ipv4", GRANT_GONE},      {"NAK", "ipv4", GRANT_GONE},
    {"RELEASE", "ipv4", GRANT_GONE},     {"FAIL", "ipv4", GRANT_GONE},
    {"STOP", "ipv4", GRANT_GONE},        {"BOUND6", "ipv6", GRANT_GIVEN},
    {"RENEW6", "ipv6", GRANT_GIVEN},     {"REBIND6", "ipv6", GRANT_GIVEN},
    {"REBOOT6", "ipv6", GRANT_GIVEN},    {"INFORM6", "ipv6", GRANT_GIVEN},
    {"EXPIRE6", "ipv6", GRANT_GONE},     {"RELEASE6", "ipv6", GRANT_GONE},
    {"STOP6", "ipv6", GRANT_GONE},       {"ROUTERADVERT", "ra", GRANT_GIVEN},
    {"NOCARRIER", NULL, GRANT_ALL_GONE}, {"STOPPED", NULL, GRANT_ALL_GONE},
    {"DEPARTED", NULL, GRANT_ALL_GONE},  {}};

static const Reason dhclient_reasons[] = {{"BOUND", "ipv4", GRANT_GIVEN},
                                          {"RENEW", "ipv4", GRANT_GIVEN},
                                          {"REBIND", "ipv4", GRANT_GIVEN},
                                          {"REBOOT", "ipv4", GRANT_GIVEN},
                                          {"EXPIRE", "ipv4", GRANT_GONE},
                                          {"FAIL", "ipv4", GRANT_GONE},
                                          {"RELEASE", "ipv4", GRANT_GONE},
                                          {"STOP", "ipv4", GRANT_GONE},
                                          {"TIMEOUT", NULL, GRANT_REFUSED},
                                          {"BOUND6", "ipv6", GRANT_GIVEN},
                                          {"RENEW6", "ipv6", GRANT_GIVEN},
                                          {"REBIND6", "ipv6", GRANT_GIVEN},
                                          {"EXPIRE6", "ipv6", GRANT_GONE},
                                          {"RELEASE6", "ipv6", GRANT_GONE},
                                          {"STOP6", "ipv6", GRANT_GONE},
                                          {"PREINIT6", NULL, GRANT_PREPARE},
                                          {}};

static const Reason udhcpc_reasons[] = {
    {"bound", "ipv4", GRANT_GIVEN}, {"renew", "ipv4", GRANT_GIVEN}, {"deconfig", "ipv4", GRANT_GONE}, {}};

void grant_clear(Grant *grant)
{
    g_clear_pointer(&grant->lease, json_decref);
}

static Reason reason_find(const Reason *reasons, const char *word)
{
    for (; word && reasons->word; reasons++)
        if (g_str_equal(reasons->word, word))
            return *reasons;
    return (Reason){};
}

static void add(json_t *list, const char *text)
{
    json_array_append_new(list, json_string(text));
}

static bool is_broadcast(const IpAddress *address)
{
    return address->family == AF_INET && address->v4.s_addr == INADDR_BROADCAST;
}

static bool is_usable(const IpAddress *address)
{
    return !ip_address_is_multicast(address) && !ip_address_is_unspecified(address) &&
           !ip_address_is_loopback(address) && !is_broadcast(address);
}

static char **words_of(const char *variable)
{
    const char *text = g_getenv(variable);

    return g_strsplit_set(text ? text : "", " \t,", -1);
}

/* Of a link-local server (fe80::1%eth0) it matters by which interface: resolv.conf(5) takes the zone. */
static bool is_server(const char *word, const char *interface)
{
    g_auto(GStrv) parts = g_strsplit(word, "%", 2);
    IpAddress address;

    return parts[0] && ip_address_parse(parts[0], &address, NULL) && is_usable(&address) &&
           (!parts[1] || g_strcmp0(parts[1], interface) == 0);
}

/* dhclient leaves the zone out. */
static bool lacks_zone(const char *word)
{
    IpAddress address;

    return !strchr(word, '%') && ip_address_parse(word, &address, NULL) && address.family == AF_INET6 &&
           ip_address_is_link_local(&address);
}

static void add_servers(json_t *lease, const char *variable)
{
    g_auto(GStrv) words = words_of(variable);
    const char *interface = g_getenv("interface");

    for (char **word = words; *word; word++) {
        g_autofree char *server =
            lacks_zone(*word) && interface ? g_strdup_printf("%s%%%s", *word, interface) : g_strdup(*word);
        if (is_server(server, interface))
            add(json_object_get(lease, "servers"), server);
    }
}

static void add_domains(json_t *lease, const char *variable)
{
    g_auto(GStrv) words = words_of(variable);

    for (char **word = words; *word; word++) {
        size_t length = strlen(*word);
        if (length > 1 && (*word)[length - 1] == '.') /* dhclient has them as the root sees them */
            (*word)[length - 1] = '\0';
        if (**word && domain_is_clean(*word))
            add(json_object_get(lease, "domains"), *word);
    }
}

static void add_prefix(json_t *lease, const IpAddress *address, unsigned length)
{
    IpPrefix prefix = {.address = *address, .length = (uint8_t)length};
    g_autofree char *text = ip_prefix_format(&prefix);

    add(json_object_get(lease, is_usable(address) ? "addresses" : UNUSABLE), text);
}

/* "ADDRESS" or "ADDRESS/LENGTH"; @length: where it says none */
static void add_address(json_t *lease, const char *text, int family, unsigned length)
{
    IpPrefix prefix;

    if (!text || !ip_prefix_parse(text, &prefix, NULL) || prefix.address.family != family)
        return;
    add_prefix(lease, &prefix.address, strchr(text, '/') ? prefix.length : length);
}

static void add_route(json_t *lease, const IpPrefix *to, const char *by)
{
    g_autofree char *text = ip_prefix_format(to);
    IpAddress gateway;

    /* 0.0.0.0: it is on the link (RFC 3442) */
    if (ip_address_parse(by, &gateway, NULL) && gateway.family == AF_INET && to->address.family == AF_INET)
        json_array_append_new(json_object_get(lease, "routes"),
                              json_pack("{s:s, s:s}", "to", text, "by", by));
}

static void add_default(json_t *lease, const char *variable)
{
    g_auto(GStrv) words = words_of(variable);
    const IpPrefix everything = {.address = {.family = AF_INET}};

    if (*words && **words)
        add_route(lease, &everything, *words);
}

/* "10.0.0.0/8 192.0.2.1 0.0.0.0/0 192.0.2.2" */
static void add_pairs(json_t *lease, const char *variable)
{
    g_auto(GStrv) words = words_of(variable);

    for (char **word = words; word[0] && word[1]; word += 2) {
        IpPrefix to;
        if (ip_prefix_parse(word[0], &to, NULL)) {
            to = ip_prefix_network(&to);
            add_route(lease, &to, word[1]);
        }
    }
}

/* As the bytes of option 121: length of the prefix, as many bytes of it as that takes, four of the gateway.
 */
static void add_bytes(json_t *lease, const char *variable)
{
    g_auto(GStrv) words = words_of(variable);
    guint count = g_strv_length(words), at = 0;

    while (at < count) {
        IpPrefix to = {.address = {.family = AF_INET}};
        uint32_t byte[9], length;
        guint more;
        if (!number_read(words[at++], &length) || length > 32 || at + (more = (length + 7) / 8 + 4) > count)
            return;
        for (guint i = 0; i < more; i++)
            if (!number_read(words[at + i], &byte[i]) || byte[i] > 255)
                return;
        for (guint i = 0; i < more - 4; i++)
            to.address.bytes[i] = (uint8_t)byte[i];
        to.length = (uint8_t)length;
        to = ip_prefix_network(&to);
        g_autofree char *by =
            g_strdup_printf("%u.%u.%u.%u", byte[more - 4], byte[more - 3], byte[more - 2], byte[more - 1]);
        add_route(lease, &to, by);
        at += more;
    }
}

/* 32 where there is none, one with gaps, or one that would have half of the Internet on the link. */
static unsigned mask_length(const char *variable)
{
    const char *text = g_getenv(variable);
    IpAddress mask;
    uint32_t bits;
    unsigned length;

    if (!text || !ip_address_parse(text, &mask, NULL) || mask.family != AF_INET)
        return 32;
    bits = ntohl(mask.v4.s_addr);
    length = (unsigned)__builtin_popcount(bits);
    return length >= SHORTEST_MASK && bits == UINT32_MAX << (32 - length) ? length : 32;
}

static void put_number(json_t *lease, const char *key, const char *variable)
{
    const char *text = g_getenv(variable);
    uint32_t number;

    if (text && number_read(text, &number))
        json_object_set_new(lease, key, json_integer(number));
}

static void put_server(json_t *lease, const char *variable)
{
    const char *text = g_getenv(variable);
    IpAddress address;

    if (text && ip_address_parse(text, &address, NULL))
        json_object_set_new(lease, "server", json_string(text));
}

/* Option 121 stands for the routers too, where there is one (RFC 3442). */
static void put_default(json_t *lease, const char *routers)
{
    if (json_array_size(json_object_get(lease, "routes")) == 0)
        add_default(lease, routers);
}

/* dhcpcd and dhclient */
static void read_ipv4(json_t *lease)
{
    add_address(lease, g_getenv("new_ip_address"), AF_INET, mask_length("new_subnet_mask"));
    add_pairs(lease, "new_classless_static_routes");
    add_bytes(lease, "new_rfc3442_classless_static_routes");
    put_default(lease, "new_routers");
    add_servers(lease, "new_domain_name_servers");
    add_domains(lease, g_getenv("new_domain_search") ? "new_domain_search" : "new_domain_name");
    put_number(lease, "seconds", "new_dhcp_lease_time");
    put_server(lease, "new_dhcp_server_identifier");
}

static void read_udhcpc(json_t *lease)
{
    add_address(lease, g_getenv("ip"), AF_INET, mask_length("subnet"));
    add_pairs(lease, "staticroutes");
    put_default(lease, "router");
    add_servers(lease, "dns");
    add_domains(lease, g_getenv("search") ? "search" : "domain");
    put_number(lease, "seconds", "lease");
    put_server(lease, "serverid");
}

/* Of dhclient they are one by one; of dhcpcd numbered, by association and address. */
static void read_ipv6(json_t *lease)
{
    add_address(lease, g_getenv("new_ip6_address"), AF_INET6, 128);
    put_number(lease, "seconds", "new_max_life");
    for (int ia = 1; ia <= ADVERTS_MAX; ia++)
        for (int i = 1; i <= ADVERTS_MAX; i++) {
            g_autofree char *variable = g_strdup_printf("new_dhcp6_ia_na%d_ia_addr%d", ia, i);
            g_autofree char *life = g_strdup_printf("%s_vltime", variable);
            if (!g_getenv(variable))
                break;
            add_address(lease, g_getenv(variable), AF_INET6, 128);
            put_number(lease, "seconds", life);
        }
    add_servers(lease, "new_dhcp6_name_servers");
    add_domains(lease, "new_dhcp6_domain_search");
}

/* A lifetime of 0 takes back what was said before. */
static bool lasts(const char *lifetime)
{
    return g_strcmp0(g_getenv(lifetime), "0") != 0;
}

/* What one router says. */
static void read_advert(json_t *lease, int router)
{
    for (int i = 1; i <= ADVERTS_MAX; i++) {
        g_autofree char *servers = g_strdup_printf("nd%d_rdnss%d_servers", router, i),
                        *domains = g_strdup_printf("nd%d_dnssl%d_search", router, i),
                        *servers_life = g_strdup_printf("nd%d_rdnss%d_lifetime", router, i),
                        *domains_life = g_strdup_printf("nd%d_dnssl%d_lifetime", router, i),
                        *address = g_strdup_printf("nd%d_addr%d", router, i);
        if (lasts(servers_life))
            add_servers(lease, servers);
        if (lasts(domains_life))
            add_domains(lease, domains);
        add_address(lease, g_getenv(address), AF_INET6, 128);
    }
}

static void read_adverts(json_t *lease)
{
    for (int router = 1; router <= ADVERTS_MAX; router++) {
        g_autofree char *from = g_strdup_printf("nd%d_from", router);
        if (!g_getenv(from))
            break;
        read_advert(lease, router);
    }
}

static json_t *lease_read(const char *client, const char *source)
{
    json_t *lease = json_pack("{s:[], s:[], s:[], s:[], s:[], s:I, s:I}", "addresses", UNUSABLE, "routes",
                              "servers", "domains", "since", (json_int_t)(g_get_real_time() / G_USEC_PER_SEC),
                              "boot", (json_int_t)leased_clock());

    if (g_str_equal(client, "udhcpc"))
        read_udhcpc(lease);
    else if (g_str_equal(source, "ipv4"))
        read_ipv4(lease);
    else if (g_str_equal(source, "ipv6"))
        read_ipv6(lease);
    else
        read_adverts(lease);
    return lease;
}

/* With an address that no interface may have nothing else of it is believed. */
static void judge(Grant *grant)
{
    json_t *unusable = json_incref(json_object_get(grant->lease, UNUSABLE));

    json_object_del(grant->lease, UNUSABLE);
    if (json_array_size(unusable) > 0) {
        grant->what = GRANT_UNUSABLE;
        json_object_clear(grant->lease);
        json_object_set(grant->lease, "addresses", unusable);
    }
    json_decref(unusable);
}

void grant_read(const char *client, const char *reason, Grant *ret)
{
    bool udhcpc = g_str_equal(client, "udhcpc"), dhcpcd = g_str_equal(client, "dhcpcd");
    Reason found = reason_find(udhcpc   ? udhcpc_reasons
                               : dhcpcd ? dhcpcd_reasons
                                        : dhclient_reasons,
                               udhcpc ? reason : g_getenv("reason"));

    *ret = (Grant){.what = found.what, .source = found.source};
    if (found.what != GRANT_GIVEN)
        return;
    ret->lease = lease_read(client, found.source);
    judge(ret);
}
