/* check-host.c - does what a configuration names exist on this machine?
 *
 * Apart from conf-check.c because only this asks the system: a configuration can be checked for another
 * machine
 * (--root=). */
#include "check-host.h"

#include "conf-check.h"
#include "dropin.h"
#include "iface.h"
#include "ip.h"
#include "listener.h"
#include "nft.h"
#include "plan.h"
#include "port.h"
#include "record.h"
#include "rival.h"
#include "ruleset.h"
#include "service-outdated.h"

#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

void check_note(GPtrArray *notes, char *where, const char *what)
{
    g_ptr_array_add(notes, g_strdup_printf("%s: note: %s", where, what));
    g_free(where);
}

/* The last line of the section that has @word in it. */
static char *cite_word(const Conf *conf, const char *section, const char *key, const char *word)
{
    for (guint i = conf->lines->len; i-- > 0;) {
        const ConfLine *line = conf->lines->pdata[i];
        if (g_str_equal(line->section, section) && g_str_equal(line->key, key) && strstr(line->value, word))
            return conf_cite_line(line);
    }
    return g_strdup(key);
}

/* A number needs no entry in the user database. */
static bool is_number(const char *text)
{
    return strspn(text, "0123456789") == strlen(text);
}

static void names_note(const Conf *conf, GPtrArray *notes)
{
    for (char **user = conf->access.users; *user; user++)
        if (!is_number(*user) && !getpwnam(*user)) {
            g_autofree char *what = g_strdup_printf("there is no user %s here", *user);
            check_note(notes, cite_word(conf, "Access", "Users", *user), what);
        }
    for (char **group = conf->access.groups; *group; group++)
        if (!is_number(*group) && !getgrnam(*group)) {
            g_autofree char *what = g_strdup_printf("there is no group %s here", *group);
            check_note(notes, cite_word(conf, "Access", "Groups", *group), what);
        }
}

static void rival_note(const Conf *conf, const LinkConf *link, GPtrArray *notes)
{
    char name[IFNAMSIZ], host_name[IFNAMSIZ];

    plan_link_names(conf, link, name, host_name);
    if (!host_name[0] || link_outer_namespace(link, NULL))
        return;
    g_auto(GStrv) words = rival_words(host_name);
    for (char **word = words; *word; word++)
        check_note(notes, conf_cite(link->lines, "HostName"), *word);
}

/* AF_UNSPEC: it is neither. */
static IpAddress address_of(const struct sockaddr *addr)
{
    IpAddress address = {.family = addr ? addr->sa_family : AF_UNSPEC};

    if (address.family == AF_INET)
        address.v4 = ((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    else if (address.family == AF_INET6)
        address.v6 = ((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
    else
        address.family = AF_UNSPEC;
    return address;
}

/* Of a mask, which the kernel gives without gaps. */
static uint8_t length_of(const struct sockaddr *mask)
{
    IpAddress address = address_of(mask);
    const uint8_t *bytes = address.family == AF_INET6 ? address.v6.s6_addr : (const uint8_t *)&address.v4;
    unsigned length = 0;

    for (unsigned i = 0; address.family != AF_UNSPEC && i < (address.family == AF_INET6 ? 16 : 4); i++)
        length += (unsigned)__builtin_popcount(bytes[i]);
    return (uint8_t)length;
}

static bool overlap(const IpPrefix *a, const IpPrefix *b)
{
    return a->address.family == b->address.family &&
           (ip_prefix_contains(a, &b->address) || ip_prefix_contains(b, &a->address));
}

/* A network that the host has on another interface: what is for one of them goes to the other. */
static void network_note(const LinkConf *link, const char *host_name, const struct ifaddrs *one,
                         GPtrArray *notes)
{
    const IpPrefix theirs = {.address = address_of(one->ifa_addr), .length = length_of(one->ifa_netmask)};

    if (theirs.address.family == AF_UNSPEC || ip_address_is_link_local(&theirs.address) ||
        one->ifa_flags & IFF_LOOPBACK || g_str_equal(one->ifa_name, host_name))
        return;
    for (guint i = 0; i < link->host_addresses->len; i++) {
        g_autofree char *text = ip_prefix_format(&theirs);
        g_autofree char *what = g_strdup_printf("the host has %s on %s: what is for one of the two networks "
                                                "goes to the other",
                                                text, one->ifa_name);
        if (overlap(link->host_addresses->pdata[i], &theirs))
            check_note(notes, conf_cite(link->lines, "HostAddress"), what);
    }
}

static void networks_note(const Conf *conf, const LinkConf *link, GPtrArray *notes)
{
    char name[IFNAMSIZ], host_name[IFNAMSIZ];
    struct ifaddrs *all = NULL;

    plan_link_names(conf, link, name, host_name);
    if (link->host_addresses->len == 0 || !link_is_wire(link) || getifaddrs(&all) < 0)
        return;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next)
        network_note(link, host_name, one, notes);
    freeifaddrs(all);
}

static bool host_has(const IpAddress *address)
{
    struct ifaddrs *all = NULL;
    bool found = false;
    if (getifaddrs(&all) < 0)
        return true; /* who knows */
    for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
        IpAddress own = address_of(one->ifa_addr);
        found = own.family == address->family && ip_address_equal(&own, address);
    }
    freeifaddrs(all);
    return found;
}

/* Namespaces of which one at a time can be up. */
static void shared_note(const PortConf *port, const Conf *other, GPtrArray *notes)
{
    for (guint i = 0; i < other->ports->len; i++) {
        const PortConf *theirs = other->ports->pdata[i];
        if (!port_listen_overlap(&port->listen, &theirs->listen))
            continue;
        g_autofree char *what =
            g_strdup_printf("so has %s.netns, as its [Port %s]", other->name, theirs->label);
        check_note(notes, conf_cite(port->lines, "Listen"), what);
    }
}

static void port_note(const PortConf *port, GPtrArray *notes)
{
    const IpAddress *address = &port->listen.address;
    g_autofree char *listener = listener_find(&port->listen);
    if (listener) {
        g_autofree char *what = g_strdup_printf("the host listens there itself now (%s)", listener);
        check_note(notes, conf_cite(port->lines, "Listen"), what);
    }
    if (address->family != AF_UNSPEC && !ip_address_is_unspecified(address) &&
        !ip_address_is_loopback(address) && !host_has(address))
        check_note(notes, conf_cite(port->lines, "Listen"), "this is no address of the host now");
}

static void others_note(const Conf *conf, GPtrArray *notes)
{
    g_auto(GStrv) names = conf_names(NULL);
    for (char **name = names; name && *name && conf->ports->len; name++) {
        g_autoptr(Conf) other =
            g_str_equal(*name, conf->name) ? NULL : conf_load(*name, NULL, CONF_STRICT, NULL, NULL);
        for (guint i = 0; other && i < conf->ports->len; i++)
            shared_note(conf->ports->pdata[i], other, notes);
    }
    for (char **name = conf->nat.namespace_access; names && *name; name++)
        if (!g_strv_contains((const char *const *)names, *name)) {
            g_autofree char *what = g_strdup_printf("there is no file %s.netns here", *name);
            check_note(notes, cite_word(conf, "NAT", "NamespaceAccess", *name), what);
        }
}

/* It may come later, as a VPN's does; but it may be a slip as well. */
static void uplink_note(const Conf *conf, GPtrArray *notes)
{
    for (char **word = conf->nat.uplink; word && *word; word++)
        if (!strpbrk(*word, "*?") && !g_str_equal(*word, "auto") && !if_nametoindex(*word))
            check_note(notes, cite_word(conf, "NAT", "Uplink", *word),
                       "there is no such interface here now: nothing leaves by it until there is");
}

static bool is_wifi(const char *ifname)
{
    g_autofree char *path = g_build_filename("/sys/class/net", ifname, "phy80211", NULL);

    return access(path, F_OK) == 0;
}

static void parent_note(const LinkConf *link, GPtrArray *notes)
{
    const char *parent = link->parent.text;

    if (!parent[0] || link_outer_namespace(link, NULL))
        return;
    if (!if_nametoindex(parent))
        check_note(notes, conf_cite(link->lines, "Parent"), "there is no such interface here now");
    else if (g_str_has_prefix(link->kind->name, "macv") && is_wifi(parent))
        check_note(notes, conf_cite(link->lines, "Parent"),
                   "it is Wi-Fi: an access point answers to its own MAC address alone; an ipvlan has that");
}

/* It may come later, as a USB card does; while the namespace is up it is in there. */
static void match_note(const Conf *conf, const LinkConf *link, GPtrArray *notes)
{
    const LinkMatch match = link->kind->match ? link->kind->match(link) : (LinkMatch){};
    g_autoptr(Record) record = match.key ? record_load(conf->name, NULL) : NULL;
    g_autoptr(Nl) host = match.key && !record && !link->parent_namespace ? nl_open(NULL) : NULL;
    g_auto(Iface) iface = {};

    if (host && iface_matching(host, &match, &iface, NULL) && !iface.index)
        check_note(notes, conf_cite(link->lines, match.key), "there is no such interface here now");
}

/* Each of them is started before this one. */
static void needs_note(const Conf *conf, GPtrArray *notes)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        const char *key, *name = link_outer_namespace(link, &key);
        if (!name || g_str_equal(name, conf->name))
            continue;
        g_autoptr(GError) error = NULL;
        g_autoptr(Conf) other = conf_load(name, NULL, CONF_STRICT, NULL, &error);
        if (!other)
            check_note(notes, conf_cite(link->lines, key),
                       g_error_matches(error, CONF_ERROR, CONF_ERROR_NOT_FOUND)
                           ? "there is no file of it here"
                           : "its file has a slip");
    }
}

static void services_note(const Conf *conf, GPtrArray *notes)
{
    json_t *attached = dropin_attached(DROPIN_SYSTEM);
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

    service_outdated_note(conf, attached, words);
    for (guint i = 0; i < words->len; i++)
        check_note(notes, g_strconcat(conf->name, ".netns", NULL), words->pdata[i]);
    json_decref(attached);
}

bool check_host(const Conf *conf, GPtrArray *notes)
{
    check_host_dns(conf, notes);
    needs_note(conf, notes);
    names_note(conf, notes);
    for (guint i = 0; i < conf->ports->len; i++)
        port_note(conf->ports->pdata[i], notes);
    others_note(conf, notes);
    services_note(conf, notes);
    uplink_note(conf, notes);
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        parent_note(link, notes);
        match_note(conf, link, notes);
        rival_note(conf, link, notes);
        networks_note(conf, link, notes);
        check_host_dhcp(conf, link, notes);
    }
    return check_hooks(conf, notes);
}

bool check_keys(Conf *conf, GPtrArray *notes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    bool fine = true;

    if (link_has_files(conf) && geteuid() != 0)
        g_ptr_array_add(notes,
                        g_strdup_printf("%s.netns: note: the files with keys were not checked, only root "
                                        "can read them",
                                        conf->name));
    else if ((fine = link_read_files(conf, words, &error)))
        check_host_servers(conf, notes);
    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i];
        const char *what = strstr(word, ": ");
        g_ptr_array_add(notes, g_strdup_printf("%.*s: note%s", (int)(what - word), word, what));
    }
    if (!fine)
        g_ptr_array_add(notes, g_strdup(error->message));
    return fine;
}

bool check_ruleset(Conf *conf, GPtrArray *notes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *cite = conf->firewall.file ? conf_cite_line(conf->firewall.line) : NULL;
    bool read = ruleset_read(conf, &error);

    if (!conf->firewall.file)
        return true;
    if (read && geteuid() != 0) {
        check_note(notes, g_steal_pointer(&cite),
                   "what is in the file was not checked, only root can ask nft");
        return true;
    }
    if (read && ruleset_test(conf->firewall.ruleset, &error))
        return true;
    if (read)
        g_prefix_error(&error, "%s: ", cite);
    bool wrong = error->domain == NFT_ERROR || error->domain == CONF_ERROR;
    /* an error of ours cites the line already */
    g_ptr_array_add(notes, wrong ? g_strdup(error->message)
                                 : g_strdup_printf("%s: note%s", cite, error->message + strlen(cite)));
    return !wrong;
}
