/* filter-nft.c - see filter-nft.h. */
#include "filter-nft.h"

#include <linux/netfilter.h>
#include <string.h>

static const char *get(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static const char *only_key(const json_t *object)
{
    void *first = json_object_iter((json_t *)object);

    return first ? json_object_iter_key(first) : "";
}

/* --- conditions --------------------------------------------------------------------------------------- */

static bool is_expr(const json_t *left, const char *what, const char *key)
{
    return g_str_equal(get(json_object_get(left, what), "key"), key);
}

static bool is_payload(const json_t *left, const char *protocol, const char *field)
{
    const json_t *payload = json_object_get(left, "payload");

    return g_str_equal(get(payload, "protocol"), protocol) && g_str_equal(get(payload, "field"), field);
}

static FilterSubject subject_of(const json_t *left)
{
    static const struct {
        const char *key;
        FilterSubject subject;
    } of_meta[] = {
        {"iifname", FILTER_IIF},      {"iif", FILTER_IIF},           {"oifname", FILTER_OIF},
        {"oif", FILTER_OIF},          {"iifgroup", FILTER_IIFGROUP}, {"oifgroup", FILTER_OIFGROUP},
        {"l4proto", FILTER_PROTOCOL}, {"nfproto", FILTER_FAMILY},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(of_meta); i++)
        if (is_expr(left, "meta", of_meta[i].key))
            return of_meta[i].subject;
    if (is_expr(left, "ct", "state"))
        return FILTER_STATE;
    if (is_expr(left, "ct", "status"))
        return FILTER_STATUS;
    if (is_payload(left, "ip", "protocol") || is_payload(left, "ip6", "nexthdr"))
        return FILTER_PROTOCOL;
    if (is_payload(left, "icmpv6", "type"))
        return FILTER_ICMPV6;
    return is_payload(left, "ip6", "hoplimit") ? FILTER_HOPS : FILTER_OTHER;
}

static uint32_t prefix_mask(json_int_t length)
{
    return length <= 0 ? 0 : length >= 32 ? UINT32_MAX : UINT32_MAX << (32 - length);
}

/* One value as a word; what has no name among our words is "?". */
static char *word_of(const json_t *value)
{
    const json_t *prefix = json_object_get(value, "prefix"), *element = json_object_get(value, "elem");

    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_integer(json_object_get(prefix, "addr")))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT "/%u",
                               json_integer_value(json_object_get(prefix, "addr")),
                               prefix_mask(json_integer_value(json_object_get(prefix, "len"))));
    return element ? word_of(json_object_get(element, "val")) : g_strdup("?");
}

static char **words_of(const json_t *right)
{
    const json_t *list = json_object_get(right, "set") ? json_object_get(right, "set") : right;
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    size_t i;
    json_t *value;

    if (json_object_get(list, "|"))
        list = json_object_get(list, "|");
    if (json_is_array(list)) {
        json_array_foreach((json_t *)list, i, value) g_ptr_array_add(words, word_of(value));
    } else {
        g_ptr_array_add(words, word_of(list));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_steal(words, NULL);
}

/* "meta iifgroup & MASK": the mask goes to the words. */
static char **masked_words(char **words, const json_t *mask)
{
    for (char **word = words; *word; word++) {
        char *masked = g_strdup_printf("%s/%" JSON_INTEGER_FORMAT, *word, json_integer_value(mask));
        g_free(*word);
        *word = masked;
    }
    return words;
}

static void add_equal(FilterRule *rule, const json_t *left, bool negated, const json_t *right)
{
    const json_t *both = json_object_get(left, "&");
    FilterSubject subject = subject_of(both ? json_array_get(both, 0) : left);
    bool group = subject == FILTER_IIFGROUP || subject == FILTER_OIFGROUP;

    if (both && group && json_is_integer(json_array_get(both, 1)))
        filter_condition_add(rule, subject, negated, masked_words(words_of(right), json_array_get(both, 1)));
    else
        filter_condition_add(rule, both ? FILTER_OTHER : subject, negated, words_of(right));
}

static void add_unlike(FilterRule *rule, const char *what, bool negated)
{
    char *words[] = {(char *)what, NULL};

    filter_condition_add(rule, FILTER_OTHER, negated, g_strdupv(words));
}

static void add_other(FilterRule *rule, const char *what)
{
    add_unlike(rule, what, false);
}

static void add_match(FilterRule *rule, const json_t *match)
{
    const char *op = get(match, "op");
    const json_t *left = json_object_get(match, "left"), *right = json_object_get(match, "right");

    if (g_str_equal(op, "==") || g_str_equal(op, "in"))
        add_equal(rule, left, false, right);
    else if (g_str_equal(op, "!=") || g_str_equal(op, "!"))
        add_equal(rule, left, true, right);
    else
        add_other(rule, op);
}

/* --- what becomes of the packet ----------------------------------------------------------------------- */

static bool set_verdict(FilterRule *rule, const json_t *statement)
{
    static const struct {
        const char *key;
        FilterVerdict verdict;
    } verdicts[] = {
        {"accept", FILTER_ACCEPT},
        {"drop", FILTER_DROP},
        {"reject", FILTER_DROP},
        {"return", FILTER_RETURN},
        {"jump", FILTER_JUMP},
        {"goto", FILTER_GOTO},
        {"queue", FILTER_ACCEPT} /* a program will decide */,
        {"log", FILTER_LOG},
    };
    const char *key = only_key(statement);

    for (size_t i = 0; i < G_N_ELEMENTS(verdicts); i++)
        if (g_str_equal(key, verdicts[i].key)) {
            rule->verdict = verdicts[i].verdict;
            g_free(rule->target);
            rule->target =
                g_strdup(json_string_value(json_object_get(json_object_get(statement, key), "target")));
            return true;
        }
    return false;
}

/* iptables' own, which nft shows by name only. */
static void take_foreign(FilterRule *rule, const json_t *xt)
{
    const char *name = get(xt, "name");

    if (g_str_equal(get(xt, "type"), "match") && !g_str_equal(name, "comment"))
        add_other(rule, name);
    else if (g_str_equal(get(xt, "type"), "target") &&
             (g_str_equal(name, "REJECT") || g_str_equal(name, "DROP")))
        rule->verdict = FILTER_DROP;
}

/* An end of a verdict map, {key, verdict}. */
static void add_key(FilterRule *rule, const json_t *key, const json_t *value)
{
    const json_t *keys = json_object_get(key, "concat");
    const json_t *values = json_object_get(
        json_object_get(value, "elem") ? json_object_get(json_object_get(value, "elem"), "val") : value,
        "concat");
    size_t i;
    json_t *part;

    if (!keys) {
        add_equal(rule, key, false, value);
        return;
    }
    json_array_foreach((json_t *)keys, i, part) add_equal(rule, part, false, json_array_get(values, i));
}

/* A map with a name: what is in it is not listed, but by which key it is asked. */
static void take_map(FilterChain *chain, FilterRule *rule, const json_t *map)
{
    const json_t *elements = json_object_get(json_object_get(map, "data"), "set");
    size_t i;
    json_t *element;

    json_array_foreach((json_t *)elements, i, element)
    {
        FilterRule *end = filter_rule_repeat(chain, rule);
        if (!g_str_equal(json_is_string(json_array_get(element, 0))
                             ? json_string_value(json_array_get(element, 0))
                             : "",
                         "*"))
            add_key(end, json_object_get(map, "key"), json_array_get(element, 0));
        set_verdict(end, json_array_get(element, 1));
    }
}

static void take_statement(FilterChain *chain, FilterRule *rule, const json_t *statement)
{
    /* with them only so many packets are meant; all else that is not a verdict leaves the packet alone */
    static const char *const some[] = {"limit", "quota", "ct count", "connlimit", "socket", NULL};
    bool until = json_is_object(json_object_get(statement, "limit")) &&
                 !json_is_true(json_object_get(json_object_get(statement, "limit"), "inv"));
    const char *key = only_key(statement);
    const json_t *value = json_object_get(statement, key);

    if (g_str_equal(key, "match"))
        add_match(rule, value);
    else if (g_str_equal(key, "vmap"))
        take_map(chain, rule, value);
    else if (g_str_equal(key, "xt"))
        take_foreign(rule, value);
    else if (!set_verdict(rule, statement) && g_strv_contains(some, key))
        add_unlike(rule, key, until); /* the first packets, not those beyond a rate: that is most */
}

/* --- tables ------------------------------------------------------------------------------------------- */

static void take_rule(FilterTable *table, const json_t *listed)
{
    FilterChain *chain = filter_chain_add(table, get(listed, "chain"));
    FilterRule *rule = filter_rule_add(chain);
    const char *comment = get(listed, "comment");
    size_t i;
    json_t *statement;

    rule->handle = (uint64_t)json_integer_value(json_object_get(listed, "handle"));
    if (g_str_has_prefix(comment, FILTER_OURS))
        rule->ours = g_strdup(comment);
    json_array_foreach(json_object_get(listed, "expr"), i, statement) take_statement(chain, rule, statement);
}

static int hook_number(const char *hook)
{
    return g_str_equal(hook, "forward")  ? NF_INET_FORWARD
           : g_str_equal(hook, "input")  ? NF_INET_LOCAL_IN
           : g_str_equal(hook, "output") ? NF_INET_LOCAL_OUT
                                         : -1;
}

static void take_chain(FilterTable *table, const json_t *listed)
{
    FilterChain *chain = filter_chain_add(table, get(listed, "name"));

    if (!g_str_equal(get(listed, "type"), "filter"))
        return;
    chain->hook = hook_number(get(listed, "hook"));
    chain->priority = (int)json_integer_value(json_object_get(listed, "prio"));
    chain->drops = g_str_equal(get(listed, "policy"), "drop");
}

static FilterTable *table_named(const GPtrArray *tables, const char *family, const char *name)
{
    for (guint i = 0; i < tables->len; i++) {
        FilterTable *table = tables->pdata[i];
        if (g_str_equal(table->family, family) && g_str_equal(table->name, name))
            return table;
    }
    return NULL;
}

static void take_object(GPtrArray *tables, const json_t *object, const char *except)
{
    static const char *const families[] = {"inet", "ip", "ip6", NULL};
    const char *what = only_key(object);
    const json_t *listed = json_object_get(object, what);
    const char *family = get(listed, "family");
    FilterTable *table;

    if (!g_strv_contains(families, family))
        return;
    if (g_str_equal(what, "table") && !g_str_has_prefix(get(listed, "name"), except))
        g_ptr_array_add(tables, filter_table_new(FILTER_NFT, family, get(listed, "name")));
    table = table_named(tables, family, get(listed, "table"));
    if (table && g_str_equal(what, "chain"))
        take_chain(table, listed);
    else if (table && g_str_equal(what, "rule"))
        take_rule(table, listed);
}

GPtrArray *filter_nft_read(const json_t *listed, const char *except, GError **error)
{
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)filter_table_free);
    const json_t *objects = json_object_get(listed, "nftables");
    size_t i;
    json_t *object;

    if (!json_is_array(objects)) {
        g_ptr_array_unref(tables);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "nft's list of the ruleset is none");
        return NULL;
    }
    json_array_foreach((json_t *)objects, i, object) take_object(tables, object, except);
    return tables;
}
