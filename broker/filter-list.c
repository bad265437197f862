/* filter-list.c - see filter-list.h.
 *
 * nft 1.0.6 knows no name for the flag of a table that a running program owns (`flags owner`) and prints what
 * it finds in memory beyond its list of names: a wrong word at best, or the rest of the ruleset is missing. A
 * twin of our own table has that flag while a watch is there. So a list that is no JSON is asked for table by
 * table, and of an owned one that cannot be had even so we take what the kernel tells of its chains. */
#include "filter-list.h"

#include "listing.h"
#include "nft.h"
#include "nl-nft.h"

#include <linux/netfilter.h>

#define LIST_TRIES 5
#define LIST_PAUSE (20 * 1000) /* µs */

/* NULL and an error. */
static json_t *list(const char *const *words, GError **error)
{
    g_autofree char *printed = nft_ask(-1, words, error);
    json_t *listed = printed ? json_loads(printed, 0, NULL) : NULL;

    if (!printed || json_is_array(json_object_get(listed, "nftables")))
        return listed;
    json_decref(listed);
    g_set_error(error, NFT_ERROR, 0, "what nft lists is no JSON");
    return NULL;
}

static const char *hook_name(int hook)
{
    return hook == NF_INET_FORWARD     ? "forward"
           : hook == NF_INET_LOCAL_IN  ? "input"
           : hook == NF_INET_LOCAL_OUT ? "output"
                                       : "";
}

static void add_base(json_t *objects, const NftBase *base)
{
    json_array_append_new(objects, json_pack("{s{ss*ss*ss*sssssiss}}", "chain", "family", base->family,
                                             "table", base->table, "name", base->chain, "type", "filter",
                                             "hook", hook_name(base->hook), "prio", base->priority, "policy",
                                             base->drops ? "drop" : "accept"));
}

/* Without its rules, which nobody but its owner can change. */
static bool add_bases(json_t *objects, const NftTable *table, const char *except, GError **error)
{
    unsigned hooks = 1u << NF_INET_FORWARD | 1u << NF_INET_LOCAL_IN | 1u << NF_INET_LOCAL_OUT;
    g_autoptr(GPtrArray) bases = nl_nft_bases(hooks, except, error);

    if (!bases)
        return false;
    json_array_append_new(objects,
                          json_pack("{s{ss*ss*}}", "table", "family", table->family, "name", table->name));
    for (guint i = 0; i < bases->len; i++) {
        const NftBase *base = bases->pdata[i];
        if (g_str_equal(base->family, table->family) && g_str_equal(base->table, table->name))
            add_base(objects, base);
    }
    return true;
}

static bool add_table(json_t *objects, const NftTable *table, const char *except, GError **error)
{
    const char *const words[] = {"-j", "-t", "list", "table", table->family, table->name, NULL};
    g_autoptr(GError) failure = NULL;
    json_t *listed = list(words, &failure);
    bool fine = listed && json_array_extend(objects, json_object_get(listed, "nftables")) == 0;

    json_decref(listed);
    if (fine)
        return true;
    if (table->owned)
        return add_bases(objects, table, except, error);
    g_propagate_prefixed_error(error, g_steal_pointer(&failure), "table %s %s: ", table->family, table->name);
    return false;
}

static json_t *list_by_table(const char *except, GError **error)
{
    g_autoptr(GPtrArray) tables = nl_nft_tables(except, error);
    json_t *objects = json_array();
    bool fine = tables;

    for (guint i = 0; fine && i < tables->len; i++) {
        const NftTable *table = tables->pdata[i];
        fine = !nft_is_identifier(table->name) || add_table(objects, table, except, error);
    }
    if (fine)
        return json_pack("{so}", "nftables", objects);
    json_decref(objects);
    return NULL;
}

/* Names that nft cannot be told are those of nobody's firewall, and must not come into a command. */
static bool is_sayable(const json_t *item)
{
    static const char *const keys[] = {"table", "chain", "name"};
    const json_t *object = json_object_iter_value(json_object_iter((json_t *)item));
    bool named = json_object_get(item, "table") || json_object_get(item, "chain");

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *name = json_string_value(json_object_get(object, keys[i]));
        if (name && (named || i < 2) && !nft_is_identifier(name))
            return false;
    }
    return true;
}

static void keep_sayable(json_t *listed)
{
    json_t *objects = json_object_get(listed, "nftables");

    for (size_t i = json_array_size(objects); i-- > 0;)
        if (!is_sayable(json_array_get(objects, i)))
            json_array_remove(objects, i);
}

/* While others change the ruleset a table may have gone when it is asked for: then once more. */
json_t *filter_list(const char *except, GError **error)
{
    const char *const words[] = {"-j", "-t", "list", "ruleset", NULL};
    json_t *listed = NULL;

    for (int i = 0; i < LIST_TRIES && !listed; i++) {
        if (i > 0)
            g_usleep(LIST_PAUSE);
        g_clear_error(error);
        listed = list(words, NULL);
        if (!listed)
            listed = list_by_table(except, error);
    }
    keep_sayable(listed);
    return listed;
}
