/* forwarding.c - see forwarding.h.
 *
 * IPv4 forwards a packet when the interfaces it comes in by and goes out by say so, whatever ip_forward says
 * (measured on 6.1, 6.12, 6.18). IPv6 looks at all.forwarding alone (net/ipv6/ip6_output.c, ip6_forward)
 * until 6.17 or so brought force_forwarding per interface; with all.forwarding every interface stops to
 * listen to router advertisements unless its accept_ra is 2 (Documentation/networking/ ip-sysctl.rst), so
 * that is set first, and the host keeps its own IPv6. */
#include "forwarding.h"

#include "firewall.h"
#include "ip.h"
#include "ledger.h"
#include "passage.h"
#include "paths.h"
#include "refusal.h"
#include "say.h"
#include "sysctl.h"
#include "wake.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS RUN_DIR "/forwarding"
#define ALL_IPV6 "net/ipv6/conf/all/forwarding"

/* Not all, default, lo; not an interface of ours, by its group, nor one that has gone since, which may have
 * been ours; and none whose name nft cannot say (a wildcard, a quote). */
static bool is_hosts_own(const char *name, Nl *host)
{
    uint32_t group;

    if (g_str_equal(name, "all") || g_str_equal(name, "default") || g_str_equal(name, "lo") ||
        !if_name_sayable(name))
        return false;
    group = nl_ifgroup(host, name);
    return group != NL_NO_GROUP && (group & FIREWALL_GROUP_MASK) != FIREWALL_GROUP;
}

/* Names below /proc/sys/net/FAMILY/conf that are the host's own interfaces. */
static char **host_interfaces(Nl *host)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GDir) dir = g_dir_open("/proc/sys/net/ipv4/conf", 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        if (is_hosts_own(name, host))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *conf_path(const char *family, const char *interface, const char *key)
{
    return g_strconcat("net/", family, "/conf/", interface, "/", key, NULL);
}

static bool is_one(const char *path)
{
    g_autofree char *value = sysctl_read(path);

    return g_strcmp0(value, "1") == 0;
}

/* @key = 1 on every interface of the host's own. */
static void note_each(json_t *set, const char *family, const char *key, Nl *host)
{
    g_auto(GStrv) interfaces = host_interfaces(host);

    for (char **name = interfaces; *name; name++) {
        g_autofree char *path = conf_path(family, *name, key);
        ledger_note(set, path, "1");
    }
}

/* Those that keep to router advertisements first, all of them: with every interface that begins to forward
 * the kernel throws away the default routers of those that do not (rt6_purge_dflt_routers). */
static void note_accept_ra(json_t *set, char *const *interfaces)
{
    for (; *interfaces; interfaces++) {
        g_autofree char *path = conf_path("ipv6", *interfaces, "accept_ra");
        if (is_one(path))
            ledger_note(set, path, "2");
    }
    /* an interface that is plugged in later takes its values from here */
    if (is_one("net/ipv6/conf/default/accept_ra"))
        ledger_note(set, "net/ipv6/conf/default/accept_ra", "2");
}

/* The switch for all sets these too; they are noted because they are to be guarded. @late: it was switched
 * on, by us, before the interface came, which so was born with 1. */
static void note_own_forwarding(json_t *set, const char *interface, bool late)
{
    g_autofree char *path = conf_path("ipv6", interface, "forwarding"), *now = sysctl_read(path);

    if (!now || ledger_has(set, path))
        return;
    if (late || !g_str_equal(now, "1"))
        json_array_append_new(set, json_pack("[s,s,s]", path, "0", "1"));
    else
        json_array_append_new(set, json_pack("[s,s,n]", path, "1"));
}

/* Kernels without force_forwarding: the switch for all, with the router advertisements kept. */
static void note_all_ipv6(json_t *set, Nl *host)
{
    g_auto(GStrv) interfaces = host_interfaces(host);
    bool late = ledger_has(set, ALL_IPV6);

    note_accept_ra(set, interfaces);
    for (char **name = interfaces; *name; name++)
        note_own_forwarding(set, *name, late);
    ledger_note(set, ALL_IPV6, "1");
}

static bool has_force_forwarding(void)
{
    return access("/proc/sys/net/ipv6/conf/default/force_forwarding", F_OK) == 0;
}

static void note(json_t *set, Families families, Nl *host)
{
    if ((families & FAMILIES_IPV4) && !is_one("net/ipv4/ip_forward"))
        note_each(set, "ipv4", "forwarding", host);
    /* by somebody else: then the host is a router, and needs nothing from us */
    if (!(families & FAMILIES_IPV6) || (is_one(ALL_IPV6) && !ledger_has(set, ALL_IPV6)))
        return;
    if (has_force_forwarding())
        note_each(set, "ipv6", "force_forwarding", host);
    else
        note_all_ipv6(set, host);
}

/* `ipv4 . "eth0"` for an entry of the ledger that makes an interface forward, else NULL. An admin, or Docker,
 * who has made the host a router since then is not to be hindered; what we switched for all of IPv6 cannot be
 * told from theirs. */
static char *guarded_element(const char *path)
{
    g_auto(GStrv) words = g_strsplit(path, "/", 5);

    if (g_strv_length(words) != 5 || !g_str_has_suffix(words[4], "forwarding") ||
        g_str_equal(words[3], "all"))
        return NULL;
    if ((g_str_equal(words[1], "ipv4") && is_one("net/ipv4/ip_forward")) ||
        (g_str_equal(words[4], "force_forwarding") && is_one(ALL_IPV6)))
        return NULL;
    return g_strdup_printf("%s . \"%s\"", words[1], words[3]);
}

/* Those of an admin who made the host a router before are not in the ledger, and are left alone. */
static char **guarded_interfaces(const json_t *ledger)
{
    g_autoptr(GHashTable) elements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t i;
    json_t *entry;

    json_array_foreach(ledger, i, entry)
    {
        char *element = guarded_element(json_string_value(json_array_get(entry, 0)));
        if (element)
            g_hash_table_add(elements, element);
    }
    char **sorted = (char **)g_hash_table_get_keys_as_array(elements, NULL);
    char **copy = g_strdupv(sorted);
    g_free(sorted);
    qsort(copy, g_strv_length(copy), sizeof *copy, by_name);
    return copy;
}

static Families closed_families(const json_t *ledger)
{
    Families ipv4 = is_one("net/ipv4/ip_forward") ? FAMILIES_NONE : FAMILIES_IPV4;

    return ipv4 | (is_one(ALL_IPV6) && !ledger_has(ledger, ALL_IPV6) ? FAMILIES_NONE : FAMILIES_IPV6);
}

static Guarded guarded_of(const json_t *ledger)
{
    return (Guarded){guarded_interfaces(ledger), closed_families(ledger)};
}

static bool user_add(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(USERS, name, NULL);

    if (mkdir(USERS, 0700) < 0 && errno != EEXIST)
        return refusal(error, "make", USERS);
    return g_file_set_contents_full(path, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

/* The ledger is written ahead, and the firewall stands before anything forwards. @look: at all interfaces
 * again. */
static bool set_up(Ledger *ledger, bool look, Nl *host, GError **error)
{
    if (look)
        note(ledger->set, ledger->families, host);
    g_auto(Guarded) guarded = guarded_of(ledger->set);
    return (!look || ledger_save(ledger, error)) && firewall_ensure(&guarded, error) &&
           ledger_apply(ledger->set, error);
}

/* What others' firewalls make of it keeps no namespace from coming up. Who watches hears of their changes and
 * has looked already, but for those of which nobody hears; and not for the @first that needs it: he may have
 * watched for names of endpoints alone, have just begun, or be about to end. */
static void see_to_others(bool first)
{
    g_autoptr(GError) error = NULL;

    if (!first && watch_is_there() && !passage_must_poll())
        return;
    if (!passage_open(&error))
        say_warning("%s", error->message);
}

/* The first namespace that needs a family sets the host's interfaces for it, the others find them set. */
bool forwarding_need(const char *name, Families families, bool refresh, Nl *host, GError **error)
{
    bool first = !forwarding_is_needed(), look, fine;

    if (!user_add(name, error))
        return false;
    Ledger ledger = ledger_load();
    look = families != FAMILIES_NONE && (refresh || (families & ~ledger.families));
    ledger.families = (Families)(ledger.families | families);
    fine = set_up(&ledger, look, host, error);
    ledger_done(&ledger);
    if (fine) {
        see_to_others(first);
        watch_wake();
    }
    return fine;
}

static bool set_end(const char *family, const char *host_name, const char *key, GError **error)
{
    g_autofree char *path = conf_path(family, host_name, key);

    return is_one(path) || sysctl_write(path, "1", error);
}

/* With an MTU below 1280 an interface has none (net/ipv6/addrconf.c, addrconf_notify()), and no switches. */
static bool has_ipv6(const char *interface)
{
    g_autofree char *path = g_strconcat("/proc/sys/net/ipv6/conf/", interface, NULL);

    return access(path, F_OK) == 0;
}

bool forwarding_set_end(const char *host_name, Families families, GError **error)
{
    if ((families & FAMILIES_IPV4) && !is_one("net/ipv4/ip_forward") &&
        !set_end("ipv4", host_name, "forwarding", error))
        return false;
    return !(families & FAMILIES_IPV6) || is_one(ALL_IPV6) || !has_force_forwarding() ||
           !has_ipv6(host_name) || set_end("ipv6", host_name, "force_forwarding", error);
}

Families forwarding_of_host(void)
{
    Ledger ledger = ledger_load();
    Families families = (FAMILIES_IPV4 | FAMILIES_IPV6) & ~closed_families(ledger.set);

    ledger_done(&ledger);
    return families;
}

Families forwarding_of_end(const char *host_name)
{
    g_autofree char *ipv4 = conf_path("ipv4", host_name, "forwarding"),
                    *ipv6 = conf_path("ipv6", host_name, "force_forwarding");
    Families families = FAMILIES_NONE;

    if (is_one(ipv4))
        families |= FAMILIES_IPV4;
    if (is_one(ALL_IPV6) || is_one(ipv6))
        families |= FAMILIES_IPV6;
    return families;
}

Guarded forwarding_guarded(void)
{
    Ledger ledger = ledger_load();
    Guarded guarded = guarded_of(ledger.set);

    ledger_done(&ledger);
    return guarded;
}

/* No directory: nobody ever did, or the last one has gone. */
bool forwarding_is_needed(void)
{
    g_autoptr(GDir) dir = g_dir_open(USERS, 0, NULL);

    return dir && g_dir_read_name(dir);
}

bool forwarding_is_needed_by(const char *name)
{
    g_autofree char *path = g_build_filename(USERS, name, NULL);

    return access(path, F_OK) == 0;
}

bool forwarding_refresh(bool links, Nl *host, GError **error)
{
    Ledger ledger = ledger_load();
    bool fine =
        set_up(&ledger, links && ledger.families != FAMILIES_NONE, host, error) && passage_open(error);

    ledger_done(&ledger);
    return fine;
}

bool forwarding_release(const char *name, bool wanted, bool *ret_last, GError **error)
{
    g_autofree char *path = g_build_filename(USERS, name, NULL);

    (void)unlink(path);
    if (rmdir(USERS) < 0 && errno != ENOENT) { /* others are left */
        g_auto(Guarded) guarded = {};
        if (wanted)
            guarded = forwarding_guarded();
        return !wanted || firewall_ensure(&guarded, error);
    }
    *ret_last = true;
    /* ENOENT too: whoever removed it may have been killed before the rest */
    ledger_restore();
    bool closed = passage_close(error);
    if (!watch_is_there())
        firewall_remove_orphan();
    return firewall_remove(closed ? error : NULL) && closed;
}
