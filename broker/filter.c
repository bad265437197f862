/* filter.c - see filter.h. */
#include "filter.h"

static void condition_free(void *data)
{
    FilterCondition *condition = data;

    g_strfreev(condition->words);
    g_free(condition);
}

static void rule_free(void *data)
{
    FilterRule *rule = data;

    g_ptr_array_unref(rule->conditions);
    g_free(rule->target);
    g_free(rule->ours);
    g_free(rule->text);
    g_free(rule);
}

static void chain_free(void *data)
{
    FilterChain *chain = data;

    g_free(chain->name);
    g_ptr_array_unref(chain->rules);
    g_free(chain);
}

FilterTable *filter_table_new(FilterTool tool, const char *family, const char *name)
{
    FilterTable *table = g_new0(FilterTable, 1);

    table->tool = tool;
    table->family = g_strdup(family);
    table->name = g_strdup(name);
    table->chains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, chain_free);
    table->order = g_ptr_array_new();
    return table;
}

void filter_table_free(FilterTable *table)
{
    if (!table)
        return;
    g_free(table->family);
    g_free(table->name);
    g_ptr_array_unref(table->order);
    g_hash_table_unref(table->chains);
    g_free(table);
}

FilterChain *filter_chain_get(const FilterTable *table, const char *name)
{
    return name ? g_hash_table_lookup(table->chains, name) : NULL;
}

FilterChain *filter_chain_add(FilterTable *table, const char *name)
{
    FilterChain *chain = filter_chain_get(table, name);

    if (chain)
        return chain;
    chain = g_new0(FilterChain, 1);
    chain->name = g_strdup(name);
    chain->hook = -1;
    chain->rules = g_ptr_array_new_with_free_func(rule_free);
    g_hash_table_insert(table->chains, chain->name, chain);
    g_ptr_array_add(table->order, chain);
    return chain;
}

FilterRule *filter_rule_add(FilterChain *chain)
{
    FilterRule *rule = g_new0(FilterRule, 1);

    rule->conditions = g_ptr_array_new_with_free_func(condition_free);
    g_ptr_array_add(chain->rules, rule);
    return rule;
}

void filter_condition_add(FilterRule *rule, FilterSubject subject, bool negated, char **words)
{
    FilterCondition *condition = g_new0(FilterCondition, 1);

    *condition = (FilterCondition){subject, negated, words};
    g_ptr_array_add(rule->conditions, condition);
}

FilterRule *filter_rule_repeat(FilterChain *chain, const FilterRule *rule)
{
    FilterRule *copy = filter_rule_add(chain);

    for (guint i = 0; i < rule->conditions->len; i++) {
        const FilterCondition *condition = rule->conditions->pdata[i];
        filter_condition_add(copy, condition->subject, condition->negated, g_strdupv(condition->words));
    }
    copy->handle = rule->handle;
    return copy;
}
