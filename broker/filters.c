/* filters.c - see filters.h. */
#include "filters.h"

#include "filter-list.h"
#include "filter-nft.h"
#include "filter-xtables.h"
#include "firewall.h"
#include "nft.h"
#include "nl-nft.h"
#include "passage-plan.h"
#include "paths.h"
#include "say.h"
#include "spawn.h"

#include <linux/capability.h>
#include <linux/netfilter.h>
#include <string.h>
#include <sys/prctl.h>

#define LIST_TRIES 5
#define LIST_AGAIN 4     /* RESOURCE_PROBLEM (xtables.h) */
#define LIST_PAUSE 20000 /* us */

static char *iptables_path(FilterTool tool, bool ipv6, const char *suffix)
{
    return g_strconcat(SBIN_DIR "/", ipv6 ? "ip6tables" : "iptables",
                       tool == FILTER_IPTABLES_LEGACY ? "-legacy" : "-nft", suffix, NULL);
}

char *filters_iptables(const FilterTable *table, const char *suffix)
{
    return iptables_path(table->tool, g_str_equal(table->family, "ip6"), suffix);
}

/* What `iptables -S` prints, with its warnings. NULL and an error. It gives up (EAGAIN, status 4) where
 * somebody changes the rules between its two questions to the kernel, how many there are and which: asked
 * again. */
static char *list_xtables(FilterTool tool, bool ipv6, GError **error)
{
    g_autofree char *program = iptables_path(tool, ipv6, "");
    char *const argv[] = {program, (char *)"-S", NULL};

    for (int tries = 1;; tries++) {
        g_autoptr(GError) failure = NULL;
        g_autofree char *printed = NULL;
        if (spawn_read(argv, NULL, -1, NULL, true, &printed, &failure))
            return g_steal_pointer(&printed);
        if (tries == LIST_TRIES || !g_error_matches(failure, G_SPAWN_EXIT_ERROR, LIST_AGAIN)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
        g_usleep(LIST_PAUSE);
    }
}

/* The kernel lists the tables that are there (net/netfilter/x_tables.c, xt_table_seq_show); iptables-legacy
 * would make the one it is asked for. */
static bool has_legacy(bool ipv6)
{
    g_autofree char *names = NULL;

    if (!g_file_get_contents(ipv6 ? "/proc/net/ip6_tables_names" : "/proc/net/ip_tables_names", &names, NULL,
                             NULL))
        return false;
    g_auto(GStrv) lines = g_strsplit(names, "\n", -1);
    return g_strv_contains((const char *const *)lines, "filter");
}

bool filters_have_legacy(void)
{
    return has_legacy(false) || has_legacy(true);
}

/* What a program of root's may is bounded by nothing else. */
bool filters_left_to_watch(void)
{
    return prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 0 && filters_have_legacy();
}

bool filters_mark(FiltersMark *ret, GError **error)
{
    *ret = (FiltersMark){};
    if (!nl_nft_generation(&ret->generation, error))
        return false;
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        g_autoptr(GError) failure = NULL;
        if (!has_legacy(ipv6))
            continue;
        ret->legacy[ipv6] = list_xtables(FILTER_IPTABLES_LEGACY, ipv6, &failure);
        if (!ret->legacy[ipv6])
            say_warning("the host has a filter of iptables-legacy that cannot be read: %s", failure->message);
    }
    return true;
}

void filters_mark_done(FiltersMark *mark)
{
    g_free(mark->legacy[0]);
    g_free(mark->legacy[1]);
}

char *filters_mark_text(const FiltersMark *mark)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (int i = 0; i < 2; i++) {
        g_checksum_update(sum, (const guchar *)(mark->legacy[i] ? mark->legacy[i] : ""), -1);
        g_checksum_update(sum, (const guchar *)"", 1);
    }
    return g_strdup_printf("%u %s\n", mark->generation, g_checksum_get_string(sum));
}

int filters_matter(GError **error)
{
    g_autoptr(GPtrArray) bases = nl_nft_bases(PASSAGE_HOOKS, FIREWALL_TABLE, error);

    if (!bases)
        return -1;
    for (guint i = 0; i < bases->len; i++) {
        const NftBase *base = bases->pdata[i];
        if (base->drops || !base->empty)
            return 1;
    }
    return filters_have_legacy();
}

/* --- reading ------------------------------------------------------------------------------------------ */

static GPtrArray *read_nft(GError **error)
{
    json_t *listed = filter_list(FIREWALL_TABLE, error);
    GPtrArray *tables = listed ? filter_nft_read(listed, FIREWALL_TABLE, error) : NULL;

    json_decref(listed);
    return tables;
}

/* A chain as iptables-nft makes it. */
static bool is_iptables_chain(const FilterTable *table, const FilterChain *chain)
{
    static const char *const names[] = {
        [NF_INET_LOCAL_IN] = "INPUT", [NF_INET_FORWARD] = "FORWARD", [NF_INET_LOCAL_OUT] = "OUTPUT"};

    return !g_str_equal(table->family, "inet") && chain->hook >= 0 &&
           g_strcmp0(names[chain->hook], chain->name) == 0;
}

static bool is_iptables_filter(const FilterTable *table, const FilterChain *chain)
{
    return g_str_equal(table->name, "filter") && chain->priority == 0 && is_iptables_chain(table, chain);
}

/* Names as nft(8) takes them unquoted. */
static bool can_say(const char *name)
{
    static const char sayable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";

    return strspn(name, sayable) == strlen(name);
}

static bool is_owned(const FilterTable *table, const GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++) {
        const NftTable *one = all->pdata[i];
        if (one->owned && g_str_equal(one->family, table->family) && g_str_equal(one->name, table->name))
            return true;
    }
    return false;
}

static const char *why_fixed(const FilterTable *table, const FilterChain *chain, bool owned)
{
    static const char *const of_iptables[] = {"mangle", "raw", "security", "nat", NULL};

    if (g_str_equal(table->name, "firewalld"))
        return "firewalld's, which is asked over D-Bus";
    if (owned)
        return "owned by a running program";
    if (g_strv_contains(of_iptables, table->name) && is_iptables_chain(table, chain))
        return "iptables' own";
    return can_say(table->name) && can_say(chain->name) ? NULL : "its name cannot be written";
}

static bool fix_chains(const GPtrArray *tables, GError **error)
{
    g_autoptr(GPtrArray) all = nl_nft_tables(FIREWALL_TABLE, error);

    if (!all)
        return false;
    for (guint t = 0; t < tables->len; t++) {
        const FilterTable *table = tables->pdata[t];
        bool owned = is_owned(table, all);
        for (guint c = 0; c < table->order->len; c++) {
            FilterChain *chain = table->order->pdata[c];
            if (chain->hook >= 0)
                chain->fixed = why_fixed(table, chain, owned);
        }
    }
    return true;
}

/* iptables' chains of a table of nftables: read anew by iptables-nft, and no more looked at as nft's.
 * iptables refuses a table with anything in it that it cannot say (an admin's own who writes `ip filter` for
 * nft): that stays nft's. */
static void read_iptables_nft(GPtrArray *tables, const FilterTable *table)
{
    bool ipv6 = g_str_equal(table->family, "ip6");
    g_autoptr(GError) failure = NULL;
    g_autofree char *program = iptables_path(FILTER_IPTABLES_NFT, ipv6, "");
    bool installed = g_file_test(program, G_FILE_TEST_IS_EXECUTABLE);
    g_autofree char *printed = installed ? list_xtables(FILTER_IPTABLES_NFT, ipv6, &failure) : NULL;
    FilterTable *seen = printed ? filter_table_new(FILTER_IPTABLES_NFT, table->family, "filter") : NULL;

    if (seen)
        filter_xtables_read(seen, printed);
    for (guint c = 0; c < table->order->len; c++) {
        FilterChain *chain = table->order->pdata[c];
        if (!is_iptables_filter(table, chain))
            continue;
        if (!installed)
            chain->fixed = "iptables', which is not installed";
        else if (seen)
            chain->hook = -1;
    }
    if (seen)
        g_ptr_array_add(tables, seen);
}

static bool has_iptables_filter(const FilterTable *table)
{
    for (guint c = 0; c < table->order->len; c++)
        if (is_iptables_filter(table, table->order->pdata[c]))
            return true;
    return false;
}

static void read_legacy(GPtrArray *tables, const FiltersMark *mark)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        if (!mark->legacy[ipv6])
            continue;
        FilterTable *table = filter_table_new(FILTER_IPTABLES_LEGACY, ipv6 ? "ip6" : "ip", "filter");
        filter_xtables_read(table, mark->legacy[ipv6]);
        g_ptr_array_add(tables, table);
    }
}

GPtrArray *filters_read(const FiltersMark *mark, GError **error)
{
    g_autoptr(GPtrArray) tables = read_nft(error);
    guint of_nft = tables ? tables->len : 0;

    if (!tables || !fix_chains(tables, error))
        return NULL;
    for (guint i = 0; i < of_nft; i++)
        if (has_iptables_filter(tables->pdata[i]))
            read_iptables_nft(tables, tables->pdata[i]);
    read_legacy(tables, mark);
    return g_steal_pointer(&tables);
}

/* nft prints "RULE # handle N". */
char *filters_rule_text(const FilterTable *table, const FilterChain *chain, const FilterRule *rule)
{
    const char *const words[] = {"-a",          "-s",        "-t",        "list", "chain",
                                 table->family, table->name, chain->name, NULL};
    g_autofree char *end = g_strdup_printf(" # handle %" G_GUINT64_FORMAT, rule->handle);
    g_autofree char *printed = rule->text ? g_strdup("") : nft_ask(-1, words, NULL);
    g_auto(GStrv) lines = g_strsplit(printed ? printed : "", "\n", -1);

    if (rule->text)
        return g_strdup(rule->text);
    for (char **line = lines; *line; line++)
        if (g_str_has_suffix(*line, end)) {
            (*line)[strlen(*line) - strlen(end)] = '\0';
            return g_strdup(g_strstrip(*line));
        }
    return g_strdup(end + strlen(" # "));
}
