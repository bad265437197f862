/* ruleset.c - see ruleset.h. */
#include "ruleset.h"

#include "listing.h"
#include "nft.h"
#include "nsfs.h"

#include <jansson.h>
#include <unistd.h>

/* A new namespace with @text loaded. */
static int trial(const char *text, const char *path, GError **error)
{
    int fd = nsfs_create(error);

    if (fd < 0 || nft_replace(fd, text, path, error))
        return fd;
    close(fd);
    return -1;
}

bool ruleset_test(const Ruleset *ruleset, GError **error)
{
    int fd = ruleset ? trial(ruleset->text, ruleset->path, error) : -1;

    if (fd >= 0)
        close(fd);
    return !ruleset || fd >= 0;
}

bool ruleset_load(const Ruleset *ruleset, int nsfd, GError **error)
{
    return nft_replace(nsfd, ruleset ? ruleset->text : "", ruleset ? ruleset->path : NULL, error);
}

/* Calls @each with every object called @what ("chain", "rule") that nft prints for @words; it may add to
 * @text. */
typedef void (*EachObject)(const json_t *object, GString *text);

static bool objects_each(int nsfd, const char *const *words, const char *what, EachObject each, GString *text,
                         GError **error)
{
    g_autofree char *said = nft_ask(nsfd, words, error);
    json_t *json = said ? json_loads(said, 0, NULL) : NULL;
    const json_t *list = json_object_get(json, "nftables");
    bool fine = json_is_array(list);
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) if (json_object_get(item, what))
        each(json_object_get(item, what), text);
    if (said && !fine)
        g_set_error(error, NFT_ERROR, 0, "nft prints something else than its list of objects");
    json_decref(json);
    return fine;
}

static const char *get(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

static void chain_close(const json_t *chain, GString *text)
{
    if (g_str_equal(get(chain, "policy"), "drop"))
        g_string_append_printf(text, "add rule %s %s %s drop comment \"" LISTING_PASSING "\"\n",
                               get(chain, "family"), get(chain, "table"), get(chain, "name"));
}

/* Ours are in chains that nft made. Programs inside may have made others, of any name. */
static void rule_remove(const json_t *rule, GString *text)
{
    if (g_str_equal(get(rule, "comment"), LISTING_PASSING) && nft_is_identifier(get(rule, "table")) &&
        nft_is_identifier(get(rule, "chain")))
        g_string_append_printf(text, "delete rule %s %s %s handle %lld\n", get(rule, "family"),
                               get(rule, "table"), get(rule, "chain"),
                               (long long)json_integer_value(json_object_get(rule, "handle")));
}

/* The rules that say what the policies of @ruleset's chains will. */
static bool closing_rules(const Ruleset *ruleset, GString *text, GError **error)
{
    static const char *const chains[] = {"--json", "list", "chains", NULL};
    int fd = trial(ruleset->text, ruleset->path, error);
    bool fine = fd >= 0 && objects_each(fd, chains, "chain", chain_close, text, error);

    if (fd >= 0)
        close(fd);
    return fine;
}

static bool closing_rules_remove(int nsfd, GError **error)
{
    static const char *const rules[] = {"--json", "--terse", "list", "ruleset", NULL};
    g_autoptr(GString) text = g_string_new(NULL);

    return objects_each(nsfd, rules, "rule", rule_remove, text, error) && nft_run(nsfd, text->str, error);
}

/* A transaction's rules count from one moment to the next, but its policies do not: the kernel takes the old
 * chains out one after the other and gives the new ones their policy afterwards (nf_tables_commit(),
 * nft_chain_commit_drop_policy()), and what comes to the end of such a chain meanwhile is accepted. Measured
 * on 6.18: about one packet for each reload, of a sender that never pauses. So each chain that drops by its
 * policy gets a rule at its end that says the same, which is removed when all is in place. */
bool ruleset_reload(const Ruleset *ruleset, const char *besides, int nsfd, GError **error)
{
    g_autoptr(GString) text = g_string_new(ruleset ? ruleset->text : "");
    gsize plain = g_string_append_c(text, '\n')->len;

    if (ruleset && !closing_rules(ruleset, text, error))
        return false;
    bool closing = text->len > plain;
    g_string_append(text, besides ? besides : "");
    return nft_replace(nsfd, text->str, ruleset ? ruleset->path : NULL, error) &&
           (!closing || closing_rules_remove(nsfd, error));
}

char *ruleset_list(int nsfd, GError **error)
{
    static const char *const words[] = {"--stateless", "list", "ruleset", NULL};
    g_autofree char *listing = nft_ask(nsfd, words, error);

    return listing ? listing_tidy(listing) : NULL;
}

char *ruleset_list_text(const char *text, GError **error)
{
    int fd = trial(text, NULL, error);
    char *listing = fd >= 0 ? ruleset_list(fd, error) : NULL;

    if (fd >= 0)
        close(fd);
    return listing;
}
