/* filter-xtables.c - see filter-xtables.h. */
#include "filter-xtables.h"

#include <linux/netfilter.h>
#include <string.h>

/* Options whose value says something that is known here. */
static const struct {
    const char *option;
    FilterSubject subject;
} known[] = {
    {"-i", FILTER_IIF},
    {"-o", FILTER_OIF},
    {"-p", FILTER_PROTOCOL},
    {"--ctstate", FILTER_STATE},
    {"--state", FILTER_STATE},
    {"--ctstatus", FILTER_STATUS},
    {"--src-group", FILTER_IIFGROUP},
    {"--dst-group", FILTER_OIFGROUP},
    {"--icmpv6-type", FILTER_ICMPV6},
    {"--hl-eq", FILTER_HOPS},
};

/* A line's words, and how far they are read. */
typedef struct Words {
    char **at;
    bool negated; /* by a "!" just before */
} Words;

static bool is_option(const char *word)
{
    return word && word[0] == '-' && word[1] != '\0' && !g_ascii_isdigit(word[1]);
}

/* The value of the option just read; "" when it has none. */
static const char *take_value(Words *words)
{
    return *words->at && !g_str_equal(*words->at, "!") ? *words->at++ : "";
}

static char **value_words(FilterSubject subject, const char *value)
{
    bool name = subject == FILTER_IIF || subject == FILTER_OIF;
    char **words = g_strsplit(value, ",", name ? 1 : -1);

    for (char **word = words; *word; word++) {
        size_t length = strlen(*word);
        for (char *c = *word; *c && !name; c++)
            *c = g_ascii_tolower(*c);
        if (name && length > 0 && (*word)[length - 1] == '+')
            (*word)[length - 1] = '*';
    }
    return words;
}

static bool take_known(FilterRule *rule, const char *option, Words *words)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (!g_str_equal(option, known[i].option))
            continue;
        filter_condition_add(rule, known[i].subject, words->negated,
                             value_words(known[i].subject, take_value(words)));
        return true;
    }
    return false;
}

static void take_other(FilterRule *rule, const char *option, Words *words)
{
    char *word[] = {(char *)option, NULL};
    /* the first packets, not those beyond a rate: that is most */
    bool limit = g_str_equal(option, "--limit") || g_str_equal(option, "--limit-burst");

    filter_condition_add(rule, FILTER_OTHER, words->negated || limit, g_strdupv(word));
    while (*words->at && !is_option(*words->at) && !g_str_equal(*words->at, "!"))
        words->at++;
}

static void take_target(FilterRule *rule, const char *target, bool jump)
{
    static const struct {
        const char *target;
        FilterVerdict verdict;
    } targets[] = {
        {"ACCEPT", FILTER_ACCEPT},  {"DROP", FILTER_DROP}, {"REJECT", FILTER_DROP}, {"RETURN", FILTER_RETURN},
        {"LOG", FILTER_LOG},        {"NFLOG", FILTER_LOG}, {"ULOG", FILTER_LOG},    {"QUEUE", FILTER_ACCEPT},
        {"NFQUEUE", FILTER_ACCEPT}, /* a program will decide */
    };

    rule->verdict = jump ? FILTER_JUMP : FILTER_GOTO;
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++)
        if (g_str_equal(target, targets[i].target))
            rule->verdict = targets[i].verdict;
    /* MARK, TCPMSS and the like are jumps to a chain that is not there: the packet goes on */
    if (rule->verdict == FILTER_JUMP || rule->verdict == FILTER_GOTO)
        rule->target = g_strdup(target);
}

/* -m NAME: what it says is in its options; one without any is a condition itself. */
static void take_module(FilterRule *rule, Words *words)
{
    static const char *const plain[] = {"comment", "tcp", "udp", "icmp", "icmp6", NULL};
    const char *name = take_value(words);
    char *word[] = {(char *)name, NULL};
    const char *next = words->at[0] && g_str_equal(words->at[0], "!") ? words->at[1] : words->at[0];

    if (!g_strv_contains(plain, name) && !(next && g_str_has_prefix(next, "--")))
        filter_condition_add(rule, FILTER_OTHER, false, g_strdupv(word));
}

static void take_comment(FilterRule *rule, Words *words)
{
    const char *comment = *words->at ? *words->at++ : ""; /* may begin with anything */

    if (!rule->ours && g_str_has_prefix(comment, FILTER_OURS))
        rule->ours = g_strdup(comment);
}

/* False: what follows belongs to the target. */
static bool take_option(FilterRule *rule, Words *words)
{
    const char *option = *words->at++;

    words->negated = g_str_equal(option, "!") && *words->at;
    if (words->negated)
        option = *words->at++;
    if (g_str_equal(option, "-j") || g_str_equal(option, "-g")) {
        take_target(rule, take_value(words), option[1] == 'j');
        return false;
    }
    if (g_str_equal(option, "-m"))
        take_module(rule, words);
    else if (g_str_equal(option, "--comment"))
        take_comment(rule, words);
    else if (!take_known(rule, option, words))
        take_other(rule, option, words);
    return true;
}

static void take_rule(FilterTable *table, const char *line, char **words)
{
    FilterChain *chain = filter_chain_add(table, words[1]);
    FilterRule *rule = filter_rule_add(chain);
    Words rest = {words + 2, false};

    rule->text = g_strdup(line + strlen("-A ") + strlen(words[1]));
    g_strstrip(rule->text);
    while (*rest.at && take_option(rule, &rest))
        continue;
}

static void take_policy(FilterTable *table, char **words)
{
    FilterChain *chain = filter_chain_add(table, words[1]);

    chain->hook = g_str_equal(words[1], "FORWARD")  ? NF_INET_FORWARD
                  : g_str_equal(words[1], "INPUT")  ? NF_INET_LOCAL_IN
                  : g_str_equal(words[1], "OUTPUT") ? NF_INET_LOCAL_OUT
                                                    : -1;
    chain->drops = g_strcmp0(words[2], "DROP") == 0;
}

void filter_xtables_read(FilterTable *table, const char *printed)
{
    g_auto(GStrv) lines = g_strsplit(printed, "\n", -1);

    for (char **line = lines; *line; line++) {
        g_auto(GStrv) words = NULL;
        if (**line != '-' || !g_shell_parse_argv(*line, NULL, &words, NULL) || !words[1])
            continue;
        if (g_str_equal(words[0], "-P"))
            take_policy(table, words);
        else if (g_str_equal(words[0], "-N"))
            filter_chain_add(table, words[1]);
        else if (g_str_equal(words[0], "-A"))
            take_rule(table, *line, words);
    }
}
