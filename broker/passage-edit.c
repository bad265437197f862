/* passage-edit.c - see passage-edit.h. */
#include "passage-edit.h"

#include "filters.h"
#include "nft.h"
#include "spawn.h"

#include <string.h>

static bool is_ours(const FilterRule *rule)
{
    return rule->ours != NULL;
}

/* --- nftables ----------------------------------------------------------------------------------------- */

static void append_nft(GString *script, const PassagePlan *plan)
{
    g_autofree char *where =
        g_strdup_printf("%s %s %s", plan->table->family, plan->table->name, plan->chain->name);
    const GPtrArray *there = plan->chain->rules;

    for (guint i = 0; i < there->len; i++) {
        const FilterRule *rule = there->pdata[i];
        if (is_ours(rule))
            g_string_append_printf(script, "delete rule %s handle %" G_GUINT64_FORMAT "\n", where,
                                   rule->handle);
    }
    for (guint i = 0; i < plan->rules->len; i++) {
        const PassageRule *rule = plan->rules->pdata[i];
        if (rule->at < there->len)
            g_string_append_printf(script, "insert rule %s handle %" G_GUINT64_FORMAT, where,
                                   ((const FilterRule *)there->pdata[rule->at])->handle);
        else
            g_string_append_printf(script, "add rule %s", where);
        g_string_append_printf(script, " %s comment \"%s\"\n", rule->nft, rule->comment);
    }
}

static bool edit_nft(const GPtrArray *plans, GError **error)
{
    g_autoptr(GString) script = g_string_new(NULL);

    for (guint i = 0; i < plans->len; i++)
        append_nft(script, plans->pdata[i]);
    return nft_run(-1, script->str, error);
}

/* --- iptables ----------------------------------------------------------------------------------------- */

/* iptables counts from 1; ours are gone by then. */
static guint number_of(const PassagePlan *plan, guint at)
{
    guint number = 1;

    for (guint i = 0; i < at; i++)
        if (!is_ours(plan->chain->rules->pdata[i]))
            number++;
    return number;
}

static void append_xtables(GString *script, const PassagePlan *plan)
{
    const char *chain = plan->chain->name;

    for (guint i = 0; i < plan->chain->rules->len; i++) {
        const FilterRule *rule = plan->chain->rules->pdata[i];
        if (is_ours(rule))
            g_string_append_printf(script, "-D %s %s\n", chain, rule->text);
    }
    for (guint i = 0; i < plan->rules->len; i++) {
        const PassageRule *rule = plan->rules->pdata[i];
        g_string_append_printf(script, "-I %s %u -m comment --comment \"%s\" %s\n", chain,
                               number_of(plan, rule->at) + i, rule->comment, rule->xtables);
    }
}

/* -n leaves all else in the table as it is; another iptables may hold the lock for a moment. */
static bool edit_xtables(const GPtrArray *plans, GError **error)
{
    const PassagePlan *first = plans->pdata[0];
    g_autofree char *program = filters_iptables(first->table, "-restore");
    char *const argv[] = {program, (char *)"-n", (char *)"-w", (char *)"5", NULL};
    g_autoptr(GString) script = g_string_new("*filter\n");
    g_autofree char *printed = NULL;

    for (guint i = 0; i < plans->len; i++)
        append_xtables(script, plans->pdata[i]);
    g_string_append(script, "COMMIT\n");
    if (spawn_read(argv, NULL, -1, script->str, true, &printed, error))
        return true;
    printed[strcspn(printed, "\n")] = '\0';
    if (*printed)
        g_prefix_error(error, "%s: ", printed);
    return false;
}

/* --- both --------------------------------------------------------------------------------------------- */

static bool edit(GPtrArray *plans)
{
    const PassagePlan *first = plans->pdata[0];
    g_autoptr(GError) error = NULL;

    if (first->table->tool == FILTER_NFT ? edit_nft(plans, &error) : edit_xtables(plans, &error))
        return true;
    for (guint i = 0; i < plans->len; i++) {
        PassagePlan *plan = plans->pdata[i];
        plan->failed = g_strdup(error->message);
    }
    return false;
}

bool passage_edit(GPtrArray *plans)
{
    g_autoptr(GPtrArray) of_table = g_ptr_array_new();
    const FilterTable *table = NULL;
    bool changed = false;

    /* plans of one table stand together */
    for (guint i = 0; i < plans->len; i++) {
        PassagePlan *plan = plans->pdata[i];
        if (plan->in_place || plan->chain->fixed)
            continue;
        if (table && plan->table != table) {
            changed = edit(of_table) || changed;
            g_ptr_array_set_size(of_table, 0);
        }
        table = plan->table;
        g_ptr_array_add(of_table, plan);
    }
    return (of_table->len > 0 && edit(of_table)) || changed;
}
