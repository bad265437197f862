/* firewall.c - see firewall.h. Written with nft(8), which every admin can read, and looked at over netlink,
 * which costs nothing. */
#include "firewall.h"

#include "firewall-opened.h"
#include "nl-nft.h"
#include "nl.h"
#include "paths.h"
#include "refusal.h"
#include "spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* RUN_DIR/firewall/SUBJECT/NAME: what firewall_want() was told. */
#define WANTED_DIR RUN_DIR "/firewall"
#define TEMPORARY RUN_DIR "/firewall.new"
static const char *const subjects[] = {"ports", "reach", "ways"};
/* Of these are the ones that take firewall_opened[]. */
#define SUBJECTS_OPENED 2

/* What was put in place, as it was: another version's is replaced. */
#define RULESET_FILE RUN_DIR "/ruleset.nft"
/* The chains, and how many rules they have with the jumps to them: for a look at whether somebody flushed
 * one. The last ones are those of firewall_opened[]. */
static const char *const chains[] = {"forward", "postrouting", "input",      "host",
                                     "sources", "strangers",   "prerouting", "output",
                                     "ports",   "namespaces",  NULL};
#define CHAINS 10
static const int rules_closed[CHAINS] = {11, 2, 2, 4, 5, 7},
                 rules_opened[CHAINS] = {15, 4, 3, 4, 5, 7, 4, 2, 6, 5};

/* Sources: who may write any source address could have the host answer to strangers, past Uplink= too, and
 * have conntrack take what strangers send to the host or to another namespace for answers. So it is looked at
 * before conntrack is. With several links the way back may be another one: then at the host's own alone.
 * Invalid, untracked: NAT passes over what conntrack makes nothing of, and it would leave with its inner
 * address. */
/* Everything is about our groups; an accept here does not overrule a drop of another table. Every packet that
 * neither comes from nor goes to a link of ours leaves the chains by their policy. */
/* What may leave beside a VPN by Uplink= bears the mark by which Mullvad's own table, which drops all else,
 * knows what its split tunnelling has let out (talpid-core/src/split_tunnel). Set before its chain, where
 * nobody has set one. */
static const char *const ruleset =
    "table inet %1$s {\n"
    "  %2$s\n"
    "  comment \"netns-broker(8): static, by interface group; put back when missing\"\n"
    "  set guarded { type nf_proto . ifname; comment \"forward only because of namespaces\"; %3$s }\n"
    "  set closed { type nf_proto; comment \"no router but for namespaces\"; %4$s }\n"
    "  set ways { type ifname . ifname; comment \"Uplink=: from, to\"; }\n"
    "  chain sources {\n"
    "    type filter hook prerouting priority raw; policy accept;\n"
    "    meta iifgroup & 0xffff0000 != 0x6e620000 accept\n"
    "    ip6 saddr { ::, fe80::/10 } accept\n"
    "    ip saddr 0.0.0.0 accept\n"
    "    fib saddr type local drop comment \"the host's own address\"\n"
    "    meta iifgroup & 0x00000010 == 0 fib saddr . iif oif 0 drop comment \"a forged source\"\n"
    "  }\n"
    "  chain postrouting {\n"
    "    type nat hook postrouting priority srcnat; policy accept;\n"
    "    meta nfproto ipv4 meta iifgroup & 0xffff0001 == 0x6e620001 meta oifgroup & 0xffff0000 != 0x6e620000 "
    "masquerade\n"
    "    meta nfproto ipv6 meta iifgroup & 0xffff0004 == 0x6e620004 meta oifgroup & 0xffff0000 != 0x6e620000 "
    "masquerade\n"
    "  }\n"
    "  chain before {\n"
    "    type filter hook forward priority filter - 1; policy accept;\n"
    "    meta iifgroup & 0xffff0008 == 0x6e620008 meta oiftype { ether, ppp } ct mark 0 ct mark set 0xf41 "
    "comment \"past Mullvad\"\n"
    "  }\n"
    "  chain forward {\n"
    "    type filter hook forward priority filter; policy accept;\n"
    "    meta iifgroup & 0xffff0000 == 0x6e620000 meta oifgroup & 0xffff0000 == 0x6e620000 drop comment "
    "\"namespace to namespace\"\n"
    "    meta iifgroup & 0xffff0008 == 0x6e620008 iifname . oifname != @ways drop comment \"Uplink=\"\n"
    "    meta nfproto ipv4 meta iifgroup & 0xffff0001 == 0x6e620001 ct state { invalid, untracked } drop "
    "comment \"not to "
    "be "
    "masqueraded\"\n"
    "    meta nfproto ipv6 meta iifgroup & 0xffff0004 == 0x6e620004 ct state { invalid, untracked } drop "
    "comment \"not to "
    "be "
    "masqueraded\"\n"
    "    meta nfproto ipv4 meta oifgroup & 0xffff0001 == 0x6e620001 "
    "jump strangers comment \"into a masqueraded one\"\n"
    "    meta nfproto ipv6 meta oifgroup & 0xffff0004 == 0x6e620004 "
    "jump strangers comment \"into a masqueraded one\"\n"
    "    meta nfproto ipv4 meta nfproto @closed meta iifgroup & 0xffff0001 == 0x6e620000 "
    "ct state != { established, related } drop comment \"out of one without a way out\"\n"
    "    meta nfproto ipv6 meta nfproto @closed meta iifgroup & 0xffff0004 == 0x6e620000 "
    "ct state != { established, related } drop comment \"out of one without a way out\"\n"
    "    meta nfproto ipv4 meta nfproto @closed meta oifgroup & 0xffff0001 == 0x6e620000 "
    "jump strangers comment \"into one without a way out\"\n"
    "    meta nfproto ipv6 meta nfproto @closed meta oifgroup & 0xffff0004 == 0x6e620000 "
    "jump strangers comment \"into one without a way out\"\n"
    "    meta nfproto . iifname @guarded meta nfproto . oifname @guarded drop comment \"the host is no "
    "router\"\n"
    "  }\n"
    "  chain strangers {\n"
    "    comment \"neither an answer nor for a published port\"\n"
    "    ct state { established, related } return\n"
    "    ct status dnat return\n"
    "    drop\n" /* what conntrack knows nothing of (invalid, notrack) has no status to be compared */
    "  }\n"
    "  chain input {\n"
    "    type filter hook input priority filter; policy accept;\n"
    "    meta iifgroup & 0xffff0000 == 0x6e620000 icmpv6 type { 134, 137 } drop comment \"no router of the "
    "host's\"\n"
    "    meta iifgroup & 0xffff0002 == 0x6e620000 jump host\n"
    "  }\n"
    "  chain host {\n"
    "    comment \"HostAccess=no\"\n"
    "    ct state established,related accept\n"
    "    meta l4proto { 1, 58 } accept\n" /* ICMP of both families; by name needs /etc/protocols, which a
                                             small system lacks */
    "    reject with icmpx admin-prohibited\n"
    "  }\n"
    "}\n";

void guarded_done(Guarded *guarded)
{
    g_strfreev(guarded->interfaces);
}

static char *elements(const char *list)
{
    return list[0] ? g_strconcat("elements = { ", list, " };", NULL) : g_strdup("");
}

static const char *family_list(Families families)
{
    static const char *const lists[] = {"", "ipv4", "ipv6", "ipv4, ipv6"};

    return lists[families & (FAMILIES_IPV4 | FAMILIES_IPV6)];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, so that the same wishes make the same text. */
static GPtrArray *wanted_names(const char *directory)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL); /* none: nobody wants anything */
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

static void append_wanted(GString *text, const char *subject)
{
    g_autofree char *directory = g_build_filename(WANTED_DIR, subject, NULL);
    g_autoptr(GPtrArray) names = wanted_names(directory);

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(directory, names->pdata[i], NULL), *commands = NULL;
        if (g_file_get_contents(path, &commands, NULL, NULL))
            g_string_append(text, commands);
    }
}

static bool is_wanted(void)
{
    return access(WANTED_DIR, F_OK) == 0;
}

/* Does anybody want something that is there only for those who do? */
static bool is_opened(void)
{
    for (size_t i = 0; is_wanted() && i < SUBJECTS_OPENED; i++) {
        g_autofree char *directory = g_build_filename(WANTED_DIR, subjects[i], NULL);
        g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
        if (dir && g_dir_read_name(dir))
            return true;
    }
    return false;
}

char *firewall_text(const char *table, const char *flags, const Guarded *guarded)
{
    g_autofree char *names = g_strjoinv(", ", guarded->interfaces), *interfaces = elements(names);
    g_autofree char *families = elements(family_list(guarded->families));
    g_autoptr(GString) text = g_string_new(NULL), wanted = g_string_new(NULL);
    g_autofree char *target = g_strconcat(" inet ", table, " ", NULL);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_string_printf(text, ruleset, table, flags, interfaces, families);
#pragma GCC diagnostic pop
    if (is_opened())
        g_string_append(wanted, firewall_opened);
    for (size_t i = 0; is_wanted() && i < G_N_ELEMENTS(subjects); i++)
        append_wanted(wanted, subjects[i]);
    g_string_replace(wanted, " inet " FIREWALL_TABLE " ", target, 0);
    g_string_append(text, wanted->str);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char **firewall_wanting(const char *subject)
{
    g_autofree char *directory = g_build_filename(WANTED_DIR, subject, NULL);
    GPtrArray *names = wanted_names(directory);

    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* By a name that is no namespace's: what GLib renames would, left behind by a kill -9, pass for the wish of a
 * namespace; and written over, GLib 2.74 leaves the end of a longer text there, which would pass for elements
 * that are not in the kernel. */
static bool put(const char *path, const char *text, GError **error)
{
    (void)unlink(TEMPORARY);
    if (!g_file_set_contents_full(TEMPORARY, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error))
        return false;
    return rename(TEMPORARY, path) == 0 || refusal(error, "write", path);
}

bool firewall_want(const char *name, const char *subject, const char *commands, GError **error)
{
    g_autofree char *directory = g_build_filename(WANTED_DIR, subject, NULL);
    g_autofree char *path = g_build_filename(directory, name, NULL), *before = NULL;

    if (!commands && unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
        return refusal(error, "write", path);
    if (!commands || (g_file_get_contents(path, &before, NULL, NULL) && g_str_equal(before, commands)))
        return true;
    if (g_mkdir_with_parents(directory, 0700) < 0)
        return refusal(error, "write", path);
    return put(path, commands, error);
}

char *firewall_wanted(const char *name, const char *subject)
{
    g_autofree char *path = g_build_filename(WANTED_DIR, subject, name, NULL);
    char *commands = NULL;

    (void)g_file_get_contents(path, &commands, NULL, NULL);
    return commands;
}

bool firewall_want_nothing(const char *name, bool *ret_changed, GError **error)
{
    (void)unlink(TEMPORARY); /* of one that was killed */
    for (size_t i = 0; is_wanted() && i < G_N_ELEMENTS(subjects); i++) {
        g_autofree char *path = g_build_filename(WANTED_DIR, subjects[i], name, NULL);
        *ret_changed = *ret_changed || access(path, F_OK) == 0;
        if (!firewall_want(name, subjects[i], NULL, error))
            return false;
    }
    return true;
}

static bool run_nft(const char *commands, GError **error)
{
    char *const argv[] = {(char *)NFT_PATH, (char *)"-f", (char *)"-", NULL};

    return spawn_run(argv, NULL, -1, commands, error);
}

static bool apply(const char *text, GError **error)
{
    (void)unlink(RULESET_FILE); /* from here to its end nobody knows what is in place */
    if (!run_nft(text, error)) {
        g_prefix_error(error, "cannot put nft table inet " FIREWALL_TABLE " in place: ");
        return false;
    }
    return put(RULESET_FILE, text, error);
}

/* 1: all chains are as long as they are to be; 0: not so; -1 and an error. What is closed is not asked for.
 */
static int chains_intact(bool opened, GError **error)
{
    const int *wanted = opened ? rules_opened : rules_closed;
    const char *asked[CHAINS + 1] = {};
    int rules[CHAINS] = {};

    for (size_t i = 0; i < CHAINS && wanted[i]; i++)
        asked[i] = chains[i];
    if (!nl_nft_rules_of(FIREWALL_TABLE, asked, rules, error))
        return -1;
    return memcmp(rules, wanted, sizeof rules) == 0;
}

bool firewall_ensure(const Guarded *guarded, GError **error)
{
    g_autofree char *table = firewall_text(FIREWALL_TABLE, "", guarded), *present = NULL;
    /* named first, so that it is there to be deleted */
    g_autofree char *text =
        g_strconcat("table inet " FIREWALL_TABLE "\ndelete table inet " FIREWALL_TABLE "\n", table, NULL);
    int intact = chains_intact(is_opened(), error);

    if (intact < 0)
        return false;
    if (intact && g_file_get_contents(RULESET_FILE, &present, NULL, NULL) && g_str_equal(present, text))
        return true;
    return apply(text, error);
}

char *firewall_stamp(void)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(RULESET_FILE, &text, NULL, NULL)
               ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1)
               : NULL;
}

bool firewall_remove(GError **error)
{
    /* without a table of ours, there is nothing to run nft for */
    if (unlink(RULESET_FILE) < 0 && errno == ENOENT && nl_nft_rules(FIREWALL_TABLE, "forward", NULL) == 0)
        return true;
    /* named first, so that it is there to be deleted: another program may have */
    return run_nft("table inet " FIREWALL_TABLE "\ndelete table inet " FIREWALL_TABLE "\n", error);
}

/* Not to be named first: that would change its flags, which the kernel refuses (nf_tables_updtable()). */
void firewall_remove_orphan(void)
{
    if (nl_nft_rules(FIREWALL_GUARD, "forward", NULL) > 0)
        (void)run_nft("delete table inet " FIREWALL_GUARD "\n", NULL);
}
