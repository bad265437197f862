/* conf-keys.c - the sections of a .netns file and their keys: the schema, as tables.
 *
 * A key is one line here and one field in conf.h. Only what fills several fields at once, or has a word of
 * its own, has code. */
#include "conf-keys.h"

#include "conf-words.h"
#include "link.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* Link: Kind=, names, Subnet= */

static bool kind_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    const LinkKind *kind = link_kind_find(line->value);
    if (kind) {
        *(const LinkKind **)field = kind;
        return true;
    }
    const char *ours = conf_word_kind(line->value);
    const char *nearest = ours ? ours : word_nearest(line->value, link_kind_names());
    g_autofree char *all = g_strjoinv(", ", (char **)link_kind_names());
    if (nearest)
        return conf_fail(line, error, "no such kind of link, did you mean %s?", nearest);
    return conf_fail(line, error, "no such kind of link (there are: %s)", all);
}

static void kind_clear(const ConfKey *key, void *field)
{
    *(const LinkKind **)field = NULL;
}

static const ConfType type_kind = {kind_parse, kind_clear, false};

/* A name that %n made too long is shortened; one that the admin wrote too long is an error. */
static bool name_read(const ConfLine *line, IfName *name, char **altname, GError **error)
{
    if (!if_name_clean(line->value, line->expanded ? ALTNAME_MAX : IFNAMSIZ - 1, error))
        return conf_fail_at(line, error);
    if_name_shorten(line->value, name);
    g_free(*altname);
    *altname = g_str_equal(name->text, line->value) ? NULL : g_strdup(line->value);
    return true;
}

static bool inner_name_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    LinkConf *link = field;
    return name_read(line, &link->name, &link->altname, error);
}

static void inner_name_clear(const ConfKey *key, void *field)
{
    LinkConf *link = field;
    link->name = (IfName){0};
    g_clear_pointer(&link->altname, g_free);
}

static const ConfType type_inner_name = {inner_name_parse, inner_name_clear, false};

static bool host_name_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    LinkConf *link = field;
    return name_read(line, &link->host_name, &link->host_altname, error);
}

static void host_name_clear(const ConfKey *key, void *field)
{
    LinkConf *link = field;
    link->host_name = (IfName){0};
    g_clear_pointer(&link->host_altname, g_free);
}

static const ConfType type_host_name = {host_name_parse, host_name_clear, false};

static const ConfWord subnet_words[] = {{"auto", TRISTATE_YES}, {"no", TRISTATE_NO}, {}};
static const ConfWord activation_words[] = {{"up", TRISTATE_YES}, {"down", TRISTATE_NO}, {}};

static const ConfWord mac_policies[] = {{"persistent", TRISTATE_YES}, {"random", TRISTATE_NO}, {}};

/* 68: the least IPv4 allows (RFC 791), the kernel's ETH_MIN_MTU */
#define MTU_KEY(NAME, STRUCT) CONF_KEY(NAME, STRUCT, mtu, .min = 68, .max = 65535)

const ConfKey conf_link_keys[] = {
    {.name = "Kind", .offset = offsetof(LinkConf, kind), .type = &type_kind},
    CONF_WHOLE("Name", type_inner_name),
    CONF_WHOLE("HostName", type_host_name),
    CONF_KEY("Parent", LinkConf, parent),
    CONF_KEY("ParentNamespace", LinkConf, parent_namespace),
    CONF_KEY("Master", LinkConf, master),
    CONF_KEY("MACAddress", LinkConf, mac),
    CONF_KEY("HostMACAddress", LinkConf, host_mac),
    CONF_KEY("MACAddressPolicy", LinkConf, mac_policy, .words = mac_policies),
    MTU_KEY("MTU", LinkConf),
    MTU_KEY("MTUBytes", LinkConf),
    CONF_LIST("Address", LinkConf, addresses, prefix),
    CONF_LIST("HostAddress", LinkConf, host_addresses, prefix),
    CONF_LIST("Gateway", LinkConf, gateways, prefix),
    CONF_LIST("Prefixes", LinkConf, prefixes, prefix),
    CONF_KEY("PrefixesFrom", LinkConf, prefixes_from),
    CONF_KEY("Subnet", LinkConf, subnet_auto, .words = subnet_words),
    CONF_LIST("Pool", LinkConf, pools, prefix),
    CONF_KEY("IPv6AcceptRA", LinkConf, accept_ra),
    CONF_KEY("IPv6DuplicateAddressDetection", LinkConf, dad),
    CONF_LIST("Sysctl", LinkConf, sysctls, link_sysctl),
    CONF_KEY("ActivationPolicy", LinkConf, up, .words = activation_words),
    {},
};

/* Route and Rule */

static bool destination_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    if (!g_str_equal(line->value, "default"))
        return conf_type_prefix.parse(key, line, field, error);
    *(IpPrefix *)field = (IpPrefix){.line = line};
    return true;
}

static void destination_clear(const ConfKey *key, void *field)
{
    *(IpPrefix *)field = (IpPrefix){0};
}

static const ConfType type_destination = {destination_parse, destination_clear, false};

static const ConfWord table_words[] = {
    {"main", RT_TABLE_MAIN}, {"default", RT_TABLE_DEFAULT}, {"local", RT_TABLE_LOCAL}, {}};

static const ConfWord route_types[] = {
    {"unicast", RTN_UNICAST},
    {"blackhole", RTN_BLACKHOLE},
    {"unreachable", RTN_UNREACHABLE},
    {"prohibit", RTN_PROHIBIT},
    {"throw", RTN_THROW},
    {"local", RTN_LOCAL},
    {},
};

const ConfKey conf_route_keys[] = {
    {.name = "Destination", .offset = offsetof(RouteConf, destination), .type = &type_destination},
    CONF_KEY("Gateway", RouteConf, gateway),
    CONF_KEY("GatewayOnLink", RouteConf, onlink),
    CONF_KEY("PreferredSource", RouteConf, source),
    CONF_KEY("Link", RouteConf, link),
    CONF_KEY("Table", RouteConf, table, .words = table_words, .min = 1),
    CONF_KEY("Metric", RouteConf, metric),
    MTU_KEY("MTU", RouteConf),
    MTU_KEY("MTUBytes", RouteConf),
    CONF_KEY("Type", RouteConf, type, .words = route_types, .initial = RTN_UNICAST),
    {},
};

/* MARK or MARK/MASK */
static bool mark_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    RuleConf *rule = field;
    const char *slash = strchr(line->value, '/');
    g_autofree char *text =
        slash ? g_strndup(line->value, (size_t)(slash - line->value)) : g_strdup(line->value);
    uint32_t mark, mask = UINT32_MAX;
    if (!number_read(text, &mark) || (slash && !number_read(slash + 1, &mask)))
        return conf_fail(line, error, "write it as MARK or MARK/MASK, numbers like 17 or 0x11");
    if (mark & ~mask)
        return conf_fail(line, error, "the mark has bits outside of its mask: it would never match");
    rule->has_mark = true;
    rule->mark = mark;
    rule->mask = mask;
    return true;
}

static void mark_clear(const ConfKey *key, void *field)
{
    RuleConf *rule = field;
    rule->has_mark = false;
    rule->mark = rule->mask = 0;
}

static const ConfType type_mark = {mark_parse, mark_clear, false};

/* UID or UID-UID. Numbers only: a name would have to be looked up where the rule is made. */
static bool uids_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    RuleConf *rule = field;
    const char *dash = strchr(line->value, '-');
    g_autofree char *text =
        dash ? g_strndup(line->value, (size_t)(dash - line->value)) : g_strdup(line->value);
    uint32_t first, last;
    if (!number_read(text, &first) || !number_read(dash ? dash + 1 : text, &last))
        return conf_fail(line, error, "write it as UID or UID-UID, in numbers");
    if (first > last || last == UINT32_MAX)
        return conf_fail(line, error, "not a range of user ids");
    rule->has_uids = true;
    rule->uid_first = first;
    rule->uid_last = last;
    return true;
}

static void uids_clear(const ConfKey *key, void *field)
{
    RuleConf *rule = field;
    rule->has_uids = false;
    rule->uid_first = rule->uid_last = 0;
}

static const ConfType type_uids = {uids_parse, uids_clear, false};

static bool priority_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    RuleConf *rule = field;
    uint32_t priority;
    if (!number_read(line->value, &priority))
        return conf_fail(line, error, "must be a number from 0 to 4294967295");
    rule->has_priority = true;
    rule->priority = priority;
    return true;
}

static void priority_clear(const ConfKey *key, void *field)
{
    RuleConf *rule = field;
    rule->has_priority = false;
    rule->priority = 0;
}

static const ConfType type_priority = {priority_parse, priority_clear, false};

static const ConfWord rule_families[] = {
    {"ipv4", FAMILIES_IPV4}, {"ipv6", FAMILIES_IPV6}, {"both", FAMILIES_BOTH}, {}};

static const ConfWord rule_types[] = {
    {"table", FR_ACT_TO_TBL},
    {"blackhole", FR_ACT_BLACKHOLE},
    {"unreachable", FR_ACT_UNREACHABLE},
    {"prohibit", FR_ACT_PROHIBIT},
    {},
};

const ConfKey conf_rule_keys[] = {
    CONF_KEY("Family", RuleConf, families, .words = rule_families),
    CONF_KEY("From", RuleConf, from),
    CONF_KEY("To", RuleConf, to),
    CONF_WHOLE("FirewallMark", type_mark),
    CONF_KEY("IncomingInterface", RuleConf, incoming),
    CONF_KEY("OutgoingInterface", RuleConf, outgoing),
    CONF_WHOLE("User", type_uids),
    CONF_KEY("Invert", RuleConf, invert),
    CONF_KEY("Table", RuleConf, table, .words = table_words, .min = 1),
    CONF_WHOLE("Priority", type_priority),
    CONF_KEY("SuppressPrefixLength", RuleConf, suppress_prefixlength),
    CONF_KEY("Type", RuleConf, action, .words = rule_types, .initial = FR_ACT_TO_TBL),
    {},
};

/* Sections that fill the Conf itself */

static const ConfKey namespace_keys[] = {
    CONF_KEY("Description", Conf, ns.description),
    CONF_KEY("Type", Conf, type),
    CONF_KEY("Adopt", Conf, ns.adopt),
    CONF_KEY("Forwarding", Conf, ns.forwarding),
    CONF_KEY("IPv6", Conf, ns.ipv6),
    CONF_KEY("KillSwitch", Conf, ns.kill_switch),
    CONF_KEY("MountSys", Conf, ns.sysfs),
    CONF_LIST("Sysctl", Conf, ns.sysctls, sysctl),
    {},
};

/* useradd(8)'s rule made wider for directories (LDAP, AD): dots, backslashes, '@', upper case; never a list
 * in one word. */
static bool names_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) names = g_strsplit_set(line->value, " \t", -1);
    for (char **name = names; *name; name++) {
        uint32_t id;
        if (strpbrk(*name, ",:/"))
            return conf_fail(line, error, "separate names by blanks");
        if (**name == '@' || **name == '%' || **name == '+')
            return conf_fail(line, error, "%s: groups go into Groups=, without a sign in front", *name);
        if (**name == '-' || **name == '!' || g_str_equal(*name, "*"))
            return conf_fail(line, error,
                             "%s: only names can be listed (there is no 'everybody' and no 'not')", *name);
        /* 65535 and 4294967295 are (uid_t)-1 in 16 and 32 bits: "no user" to the kernel */
        if (number_read(*name, &id) && (id == 65535 || id > INT32_MAX))
            return conf_fail(line, error, "%s is not the id of anybody", *name);
    }
    return conf_type_strings.parse(key, line, field, error);
}

static void names_clear(const ConfKey *key, void *field)
{
    conf_type_strings.clear(key, field);
}

static const ConfType type_names = {names_parse, names_clear, true, true};

static const ConfWord authorize_words[] = {
    {"both", AUTHORIZE_BOTH}, {"list", AUTHORIZE_LIST}, {"either", AUTHORIZE_EITHER}, {}};

static const ConfKey access_keys[] = {
    {.name = "Users", .offset = offsetof(Conf, access.users), .type = &type_names},
    {.name = "Groups", .offset = offsetof(Conf, access.groups), .type = &type_names},
    CONF_KEY("Authorize", Conf, access.authorize, .words = authorize_words),
    {},
};

/* Addresses, and the words host, uplink and vpn. An address has no /LENGTH here. */
static bool servers_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    Conf *conf = field;
    if (g_str_equal(line->value, "host")) {
        conf->dns.host_upstream = true;
        return true;
    }
    if (g_str_equal(line->value, "uplink")) {
        conf->dns.uplink = true;
        return true;
    }
    if (g_str_equal(line->value, "vpn")) {
        conf->dns.pushed = true;
        return true;
    }
    if (strchr(line->value, '/'))
        return conf_fail(line, error, "a name server is an address, without a prefix length");
    return conf_type_prefix_list.parse(key, line, &conf->dns.servers, error);
}

static void servers_clear(const ConfKey *key, void *field)
{
    Conf *conf = field;
    conf->dns.host_upstream = conf->dns.uplink = conf->dns.pushed = false;
    conf_type_prefix_list.clear(key, &conf->dns.servers);
}

static const ConfType type_servers = {servers_parse, servers_clear, true};

static const ConfKey dns_keys[] = {
    CONF_WHOLE("Servers", type_servers),
    CONF_KEY("Domains", Conf, dns.domains),
    CONF_KEY("Options", Conf, dns.options),
    {},
};

#define HOOK(NAME, POINT) CONF_LIST(NAME, Conf, hooks[POINT], hook)

static const ConfKey hook_keys[] = {
    HOOK("PreUp", HOOK_PRE_UP),
    HOOK("PostUp", HOOK_POST_UP),
    HOOK("PreDown", HOOK_PRE_DOWN),
    HOOK("PostDown", HOOK_POST_DOWN),
    HOOK("InsidePreUp", HOOK_INSIDE_PRE_UP),
    HOOK("InsidePostUp", HOOK_INSIDE_POST_UP),
    HOOK("InsidePreDown", HOOK_INSIDE_PRE_DOWN),
    HOOK("InsidePostDown", HOOK_INSIDE_POST_DOWN),
    {},
};

const ConfSection conf_sections[] = {
    {"Namespace", namespace_keys, false},
    {"Access", access_keys, false},
    {"Link", conf_link_keys, true},
    {"Peer", conf_peer_keys, true},
    {"Route", conf_route_keys, true},
    {"Rule", conf_rule_keys, true},
    {"DNS", dns_keys, false},
    {"NAT", conf_nat_keys, false},
    {"Port", conf_port_keys, true},
    {"Firewall", conf_firewall_keys, false},
    {"Hooks", hook_keys, false},
    {},
};

const ConfSection *conf_section_find(const char *name)
{
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (g_str_equal(section->name, name))
            return section;
    return NULL;
}

void conf_keys_clear(const ConfKey *keys, void *object)
{
    for (; keys && keys->name; keys++)
        keys->type->clear(keys, conf_key_field(keys, object));
}

void conf_keys_complete(const ConfKey *keys, void *object)
{
    for (; keys->name; keys++) {
        void **field = conf_key_field(keys, object);
        if (!(keys->type->list || keys->type->vector) || keys->type == &type_servers || *field)
            continue;
        *field = keys->type->vector ? (void *)g_new0(char *, 1) : (void *)g_ptr_array_new();
    }
}
