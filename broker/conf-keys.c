/* conf-keys.c - the sections of a .netns file and their keys: the schema, as tables.
 *
 * A key is one line here and one field in conf.h. Only what fills several fields at once, or has a word of
 * its own, has code. */
#include "conf-keys.h"

#include "conf-words.h"
#include "link.h"

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

static const ConfWord privacy_words[] = {{"yes", PRIVACY_YES},
                                         {"no", PRIVACY_NO},
                                         {"prefer-public", PRIVACY_PREFER_PUBLIC},
                                         {"kernel", PRIVACY_KERNEL},
                                         {}};

static const ConfWord generation_words[] = {{"eui64", GENERATION_EUI64},
                                            {"stable-privacy", GENERATION_STABLE},
                                            {"random", GENERATION_RANDOM},
                                            {"none", GENERATION_NONE},
                                            {}};

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
    CONF_KEY("IPv6PrivacyExtensions", LinkConf, privacy, .words = privacy_words),
    CONF_KEY("IPv6Token", LinkConf, token),
    CONF_KEY("IPv6LinkLocalAddressGenerationMode", LinkConf, generation, .words = generation_words),
    CONF_KEY("IPv6DuplicateAddressDetection", LinkConf, dad),
    CONF_KEY("DHCP", LinkConf, dhcp),
    CONF_KEY("Client", LinkConf, dhcp_client, .words = conf_dhcp_clients),
    {.name = "DHCPTimeout",
     .offset = offsetof(LinkConf, dhcp_timeout),
     .type = &conf_type_seconds,
     .max = DHCP_TIMEOUT_MAX,
     .initial = 30},
    CONF_KEY("DHCPRequired", LinkConf, dhcp_required),
    CONF_KEY("ClientFile", LinkConf, dhcp_file),
    CONF_LIST("Sysctl", LinkConf, sysctls, link_sysctl),
    CONF_KEY("ActivationPolicy", LinkConf, up, .words = activation_words),
    {},
};

/* Sections that fill the Conf itself */

static const ConfWord etc_words[] = {{"directory", ETC_DIRECTORY}, {"files", ETC_FILES}, {"no", ETC_NO}, {}};

static const ConfWord propagation_words[] = {
    {"slave", PROPAGATION_SLAVE}, {"private", PROPAGATION_PRIVATE}, {}};

static const ConfKey namespace_keys[] = {
    CONF_KEY("Description", Conf, ns.description),
    CONF_KEY("Type", Conf, type),
    CONF_KEY("Adopt", Conf, ns.adopt),
    CONF_KEY("Forwarding", Conf, ns.forwarding),
    CONF_KEY("IPv6", Conf, ns.ipv6),
    CONF_KEY("KillSwitch", Conf, ns.kill_switch),
    CONF_KEY("MountSys", Conf, ns.sysfs),
    CONF_KEY("MountEtc", Conf, ns.etc, .words = etc_words, .initial = ETC_DIRECTORY),
    CONF_KEY("SystemBus", Conf, ns.bus),
    CONF_KEY("MountPropagation", Conf, ns.propagation, .words = propagation_words,
             .initial = PROPAGATION_SLAVE),
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
        if (strpbrk(*name, "\"'"))
            return conf_fail(line, error, "%s: not a name", *name);
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
    {"Namespace", namespace_keys, false},    {"Access", access_keys, false},   {"Link", conf_link_keys, true},
    {"Peer", conf_peer_keys, true},          {"Route", conf_route_keys, true}, {"Rule", conf_rule_keys, true},
    {"DNS", conf_dns_keys, false},           {"NAT", conf_nat_keys, false},    {"Port", conf_port_keys, true},
    {"Firewall", conf_firewall_keys, false}, {"Hooks", hook_keys, false},      {},
};

const ConfSection *conf_section_find(const char *name)
{
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (g_str_equal(section->name, name))
            return section;
    return NULL;
}

const char *conf_section_of(const char *key)
{
    for (const ConfSection *section = conf_sections; section->name; section++)
        if (conf_key_find(section->keys, key))
            return section->name;
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
        if (!(keys->type->list || keys->type->vector) || keys->type == &conf_type_servers || *field)
            continue;
        *field = keys->type->vector ? (void *)g_new0(char *, 1) : (void *)g_ptr_array_new();
    }
}
