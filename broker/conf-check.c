/* conf-check.c - what single values of a configuration cannot say: how they go together.
 *
 * Only what no kernel could build, or what surely is not what the admin means, is an error. Runs once all
 * values are in place; every check reports and goes on. */
#include "conf-merge.h"
#include "ip.h"
#include "link.h"
#include "parse.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

typedef struct Check {
    Conf *conf;
    ConfSlips *slips;
} Check;

static void slip_line(const Check *check, const ConfLine *line, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void slip_key(const Check *check, const GPtrArray *lines, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void slip_line(const Check *check, const ConfLine *line, const char *format, ...)
{
    GError *error = NULL;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    conf_fail(line, &error, "%s", what);
    conf_slip(check->slips, error);
}

/* One of the addresses of a line; named when there are several. */
static void slip_prefix(const Check *check, const IpPrefix *prefix, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void slip_prefix(const Check *check, const IpPrefix *prefix, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *which = ip_prefix_format(prefix);
    bool several = strpbrk(prefix->line->value, " \t") != NULL;
    slip_line(check, prefix->line, "%s%s%s", several ? which : "", several ? ": " : "", what);
}

/* Cites the last assignment of @key, or the section when there is none. */
static void slip_key(const Check *check, const GPtrArray *lines, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = conf_cite(lines, key);
    conf_slip(check->slips, g_error_new(CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", where, what));
}

static const char *family_name(int family)
{
    return family == AF_INET6 ? "IPv6" : "IPv4";
}

static bool has_family(const GPtrArray *prefixes, int family)
{
    for (guint i = 0; i < prefixes->len; i++)
        if (((const IpPrefix *)prefixes->pdata[i])->address.family == family)
            return true;
    return false;
}

static bool is_multicast(const IpAddress *address)
{
    if (address->family == AF_INET6)
        return IN6_IS_ADDR_MULTICAST(&address->v6);
    return IN_MULTICAST(ntohl(address->v4.s_addr));
}

static bool is_unspecified(const IpAddress *address)
{
    static const uint8_t zeros[16];
    return !memcmp(address->bytes, zeros, ip_address_bits(address->family) / 8);
}

/* Host bits behind the prefix length: the kernel answers "Invalid argument" to such a route or rule. */
static void network_check(const Check *check, const IpPrefix *prefix)
{
    IpPrefix network = ip_prefix_network(prefix);
    if (!prefix->line || prefix->address.family == AF_UNSPEC ||
        ip_address_equal(&network.address, &prefix->address))
        return;
    g_autofree char *right = ip_prefix_format(&network);
    slip_prefix(check, prefix, "has bits set behind the prefix length, the network is %s", right);
}

/* Links */

static void addresses_check(const Check *check, const LinkConf *link, const GPtrArray *addresses)
{
    for (guint i = 0; i < addresses->len; i++) {
        const IpPrefix *prefix = addresses->pdata[i];
        if (is_multicast(&prefix->address) || is_unspecified(&prefix->address))
            slip_prefix(check, prefix, "an interface cannot have this address");
        if (prefix->address.family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
            slip_prefix(check, prefix, "[Namespace] IPv6=no, so there can be no IPv6 address");
        if (prefix->address.family == AF_INET6 && link->mtu && link->mtu < 1280)
            slip_key(check, link->lines, "MTU", "IPv6 needs 1280 at least (RFC 8200)");
        if (prefix->length == 0)
            slip_prefix(check, prefix, "a prefix length of 0 would make the whole Internet a neighbour");
    }
}

static gboolean same_address(gconstpointer a, gconstpointer b)
{
    return ip_address_equal(&((const IpPrefix *)a)->address, &((const IpPrefix *)b)->address);
}

static void duplicates_check(const Check *check, const LinkConf *link)
{
    const GPtrArray *both[] = {link->addresses, link->host_addresses};
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    for (size_t which = 0; which < G_N_ELEMENTS(both); which++)
        for (guint i = 0; i < both[which]->len; i++) {
            const IpPrefix *prefix = both[which]->pdata[i];
            if (g_ptr_array_find_with_equal_func(seen, prefix, same_address, NULL))
                slip_prefix(check, prefix, "this link has the address already");
            g_ptr_array_add(seen, (gpointer)prefix);
        }
}

static void gateways_check(const Check *check, const LinkConf *link)
{
    unsigned seen[2] = {0, 0};
    for (guint i = 0; i < link->gateways->len; i++) {
        const IpPrefix *gateway = link->gateways->pdata[i];
        int family = gateway->address.family;
        /* every IPv6 interface has a link-local address, and reaches a link-local gateway by it */
        bool reachable = has_family(link->addresses, family) || link->subnet_auto == TRISTATE_YES ||
                         (family == AF_INET6 && link->accept_ra == TRISTATE_YES) ||
                         (family == AF_INET6 && ip_address_is_link_local(&gateway->address));
        if (is_multicast(&gateway->address) || is_unspecified(&gateway->address))
            slip_prefix(check, gateway, "not an address that a gateway can have");
        else if (family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
            slip_prefix(check, gateway, "[Namespace] IPv6=no, so there can be no IPv6 gateway");
        else if (!reachable)
            slip_prefix(check, gateway, "the link has no %s address to reach it from", family_name(family));
        if (seen[family == AF_INET6]++)
            slip_prefix(check, gateway,
                        "a link has one %s gateway; write others as [Route NAME] with a Metric=",
                        family_name(family));
        for (guint j = 0; j < link->addresses->len; j++)
            if (ip_address_equal(&gateway->address, &((const IpPrefix *)link->addresses->pdata[j])->address))
                slip_prefix(check, gateway, "is the link's own address");
    }
}

static void ends_check(const Check *check, const LinkConf *link)
{
    static const char *const keys[] = {"HostAddress", "HostName", "HostMACAddress", NULL};
    const bool given[] = {link->host_addresses->len > 0, link->host_name.text[0] != '\0', link->host_mac.set};
    for (size_t i = 0; keys[i]; i++)
        if (given[i] && !link->kind->has_host_end)
            slip_key(check, link->lines, keys[i], "a link of Kind=%s has no end in the host",
                     link->kind->name);
    if (link->kind->needs_parent && !link->parent.text[0])
        slip_key(check, link->lines, "Parent", "is missing: which interface of the host carries it");
    if (!link->kind->needs_parent && link->parent.text[0])
        slip_key(check, link->lines, "Parent", "a link of Kind=%s has no parent", link->kind->name);
}

/* Both ends on a wire to the host itself: not on a bridge, not in another namespace. */
static bool is_wire_to_host(const LinkConf *link)
{
    bool create;
    return link->kind->has_host_end && link->kind->born_outside &&
           !(link->kind->bridge && link->kind->bridge(link, &create)) &&
           !(link->kind->peer && link->kind->peer(link));
}

static void pools_check(const Check *check, const LinkConf *link)
{
    if (link->subnet_auto != TRISTATE_YES)
        return;
    if (!is_wire_to_host(link))
        slip_key(check, link->lines, "Subnet", "only a veth to the host can have its addresses chosen");
    if (!link->pools->len)
        slip_key(check, link->lines, "Subnet", "Pool= is missing: what to choose from");
    for (guint i = 0; i < link->pools->len; i++) {
        const IpPrefix *pool = link->pools->pdata[i];
        unsigned most = pool->address.family == AF_INET6 ? 64 : 30;
        network_check(check, pool);
        if (pool->length > most)
            slip_prefix(check, pool, "too small: %s subnets are /%u", family_name(pool->address.family),
                        most);
    }
}

/* An Address= of the admin's is the word against the type's Subnet=auto. */
static void subnet_settle(LinkConf *link)
{
    bool theirs = false;
    for (guint i = 0; i < link->lines->len; i++) {
        const ConfLine *line = link->lines->pdata[i];
        if (g_str_equal(line->key, "Subnet") && *line->value)
            theirs = !line->from_type;
    }
    if (link->subnet_auto == TRISTATE_YES && !theirs && (link->addresses->len || link->host_addresses->len))
        link->subnet_auto = TRISTATE_NO;
}

static void link_names_check(const Check *check, const LinkConf *link, guint index)
{
    if (g_str_equal(link->name.text, "lo"))
        slip_key(check, link->lines, "Name", "lo is there already");
    for (guint i = 0; i < index; i++) {
        const LinkConf *other = check->conf->links->pdata[i];
        if (g_str_equal(link->name.text, other->name.text))
            slip_key(check, link->lines, "Name", "%s is the name of [Link %s] already", link->name.text,
                     other->label);
        if (link->host_name.text[0] && g_str_equal(link->host_name.text, other->host_name.text))
            slip_key(check, link->lines, "HostName", "%s is the host's end of [Link %s] already",
                     link->host_name.text, other->label);
    }
}

/* Two default routes of the same family and metric: the kernel has "File exists" to say about the second. */
static void defaults_check(const Check *check, const LinkConf *link, guint index)
{
    for (guint i = 0; i < link->gateways->len; i++) {
        const IpPrefix *gateway = link->gateways->pdata[i];
        for (guint j = 0; j < index; j++) {
            const LinkConf *other = check->conf->links->pdata[j];
            if (has_family(other->gateways, gateway->address.family))
                slip_prefix(check, gateway,
                            "[Link %s] has an %s gateway already; write this one as [Route NAME] with a "
                            "Metric= or Table=",
                            other->label, family_name(gateway->address.family));
        }
    }
}

static void link_check(const Check *check, LinkConf *link, guint index)
{
    GError *error = NULL;
    subnet_settle(link);
    ends_check(check, link);
    addresses_check(check, link, link->addresses);
    addresses_check(check, link, link->host_addresses);
    duplicates_check(check, link);
    gateways_check(check, link);
    pools_check(check, link);
    link_names_check(check, link, index);
    defaults_check(check, link, index);
    if (link->kind->check && !link->kind->check(link, &error))
        conf_slip(check->slips, error);
}

/* Routes */

static bool route_is_unicast(const RouteConf *route)
{
    return route->type == RTN_UNICAST || route->type == RTN_LOCAL;
}

static const LinkConf *link_of_route(const Conf *conf, const RouteConf *route)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (route->link && g_str_equal(link->label, route->link))
            return link;
    }
    return NULL;
}

/* "default", or no destination at all, has the family of what else is said. */
static void destination_settle(const Check *check, RouteConf *route)
{
    if (route->destination.address.family != AF_UNSPEC)
        return;
    int family = route->gateway.family != AF_UNSPEC ? route->gateway.family : route->source.family;
    if (family == AF_UNSPEC)
        slip_key(check, route->lines, "Destination",
                 "default needs a Gateway= to tell IPv4 from IPv6; else write 0.0.0.0/0 or ::/0");
    route->destination.address.family = family;
}

static void route_families_check(const Check *check, const RouteConf *route)
{
    int family = route->destination.address.family;
    if (family == AF_UNSPEC)
        return;
    if (route->gateway.family != AF_UNSPEC && route->gateway.family != family)
        slip_key(check, route->lines, "Gateway", "an %s gateway for an %s destination",
                 family_name(route->gateway.family), family_name(family));
    if (route->source.family != AF_UNSPEC && route->source.family != family)
        slip_key(check, route->lines, "PreferredSource", "an %s source for an %s destination",
                 family_name(route->source.family), family_name(family));
    if (family == AF_INET6 && check->conf->ns.ipv6 == TRISTATE_NO)
        slip_key(check, route->lines, "Destination", "[Namespace] IPv6=no, so there can be no IPv6 route");
}

static void route_link_check(const Check *check, const RouteConf *route)
{
    g_autoptr(GPtrArray) labels = g_ptr_array_new();
    for (guint i = 0; i < check->conf->links->len; i++)
        g_ptr_array_add(labels, ((const LinkConf *)check->conf->links->pdata[i])->label);
    g_ptr_array_add(labels, NULL);
    if (route->link && !link_of_route(check->conf, route)) {
        const char *nearest = word_nearest(route->link, (const char *const *)labels->pdata);
        slip_key(check, route->lines, "Link", "there is no [Link %s]%s%s%s", route->link,
                 nearest ? ", did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    } else if (!route->link && route->type == RTN_UNICAST && route->gateway.family == AF_UNSPEC &&
               check->conf->links->len != 1) {
        slip_key(check, route->lines, "Link",
                 check->conf->links->len ? "is missing: without a Gateway= nothing says which link it is"
                                         : "is missing: the namespace has no link that could carry a route");
    }
}

static void route_type_check(const Check *check, const RouteConf *route)
{
    if (!route_is_unicast(route) && (route->gateway.family != AF_UNSPEC || route->link))
        slip_key(check, route->lines, route->link ? "Link" : "Gateway",
                 "a route that drops or skips packets leads nowhere");
    if (route->onlink == TRISTATE_YES && route->gateway.family == AF_UNSPEC)
        slip_key(check, route->lines, "GatewayOnLink", "there is no Gateway=");
}

static void route_check(const Check *check, RouteConf *route, guint index)
{
    destination_settle(check, route);
    network_check(check, &route->destination);
    route_families_check(check, route);
    route_link_check(check, route);
    route_type_check(check, route);
    for (guint i = 0; i < index; i++) {
        const RouteConf *other = check->conf->routes->pdata[i];
        if (route->destination.length == other->destination.length && route->metric == other->metric &&
            (route->table ? route->table : RT_TABLE_MAIN) == (other->table ? other->table : RT_TABLE_MAIN) &&
            ip_address_equal(&route->destination.address, &other->destination.address))
            slip_key(check, route->lines, "Destination", "is the destination of [Route %s] already",
                     other->label);
    }
}

/* Rules */

static void rule_families_settle(const Check *check, RuleConf *rule)
{
    int from = rule->from.address.family, to = rule->to.address.family;
    int family = from != AF_UNSPEC ? from : to;
    Families meant = family == AF_INET6 ? FAMILIES_IPV6 : FAMILIES_IPV4;
    if (from != AF_UNSPEC && to != AF_UNSPEC && from != to)
        slip_line(check, rule->to.line, "From= is %s and To= is %s", family_name(from), family_name(to));
    else if (family != AF_UNSPEC && rule->families && rule->families != meant)
        slip_key(check, rule->lines, "Family", "From= and To= are %s", family_name(family));
    if (!rule->families)
        rule->families = meant;
}

static void rule_check(const Check *check, RuleConf *rule)
{
    rule_families_settle(check, rule);
    network_check(check, &rule->from);
    network_check(check, &rule->to);
    if (rule->action == FR_ACT_TO_TBL && !rule->table)
        slip_key(check, rule->lines, "Table", "is missing: where the rule leads");
    if (rule->action != FR_ACT_TO_TBL && rule->table)
        slip_key(check, rule->lines, "Table", "a rule that drops packets leads to no table");
    if (rule->suppress_prefixlength > 32 && rule->families & FAMILIES_IPV4)
        slip_key(check, rule->lines, "SuppressPrefixLength", "an IPv4 prefix has 32 bits at most");
}

/* The whole */

/* The lines of a section that has no name; the caller owns the array. */
static GPtrArray *section_lines(const Conf *conf, const char *section)
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
    g_autoptr(GPtrArray) lines = section_lines(conf, "NAT");
    const LinkConf *way = NULL;
    bool used = conf->routes->len > 0;
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        used = used || link->subnet_auto == TRISTATE_YES || link->gateways->len > 0;
        way = is_wire_to_host(link) ? link : way;
    }
    if (conf->nat.masquerade && !way)
        slip_key(check, lines, "Masquerade",
                 "there is no link of Kind=veth to the host whose packets could be masqueraded");
    else if (conf->nat.masquerade && !used)
        slip_key(check, way->lines, "Gateway",
                 "is missing: no packet would take the way that [NAT] Masquerade= is for");
}

void conf_check(Conf *conf, ConfSlips *slips)
{
    Check check = {conf, slips};
    for (guint i = 0; i < conf->links->len; i++)
        link_check(&check, conf->links->pdata[i], i);
    for (guint i = 0; i < conf->routes->len; i++)
        route_check(&check, conf->routes->pdata[i], i);
    for (guint i = 0; i < conf->rules->len; i++)
        rule_check(&check, conf->rules->pdata[i]);
    nat_check(&check);
}
