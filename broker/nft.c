/* nft.c - see nft.h. */
#include "nft.h"

#include "nl-nft.h"
#include "nsfs.h"
#include "paths.h"
#include "spawn.h"

#include <string.h>

G_DEFINE_QUARK(netns - broker - nft, nft_error)

/* The flush that is put before a text of the admin's has a line of its own. */
#define FLUSH "flush ruleset\n"
#define STDIN "/dev/stdin"

/* The first of nft's errors in @said as a sentence:
 *   /dev/stdin:3:53-56: Error: syntax error, unexpected drop
 *    chain y { type filter hook input priority 0; polcy drop; }
 *                                                        ^^^^
 * becomes "PATH:2: syntax error, unexpected drop". NULL: there is none. */
static char *sentence(const char *said, const char *path, int *ret_line)
{
    g_autoptr(GRegex) regex =
        g_regex_new("^(?:(.+):(\\d+):\\d+-\\d+: |[^:\n]*: )?Error: (.*)$", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *file = NULL, *number = NULL, *what = NULL;
    int line;

    if (!g_regex_match(regex, said, 0, &match))
        return NULL;
    file = g_match_info_fetch(match, 1);
    number = g_match_info_fetch(match, 2);
    what = g_strstrip(g_match_info_fetch(match, 3));
    line = (int)g_ascii_strtoull(number, NULL, 10);
    if (!g_str_equal(file, STDIN))
        return line > 0 ? g_strdup_printf("%s:%d: %s", file, line, what) : g_steal_pointer(&what);
    *ret_line = MAX(line - 1, 0);
    return path ? g_strdup_printf("%s:%d: %s", path, *ret_line, what) : g_steal_pointer(&what);
}

/* The admin's rules come before any link: what names one by its index cannot be loaded. */
static const char *advice(const char *said)
{
    return strstr(said, "Interface does not exist")
               ? "; the links come later: iifname and oifname take the name of one that is not there yet"
               : "";
}

static bool run(int nsfd, const char *input, const char *path, GError **error)
{
    char *const argv[] = {(char *)NFT_PATH, (char *)"-f", (char *)"-", NULL};
    g_autofree char *said = NULL, *what = NULL;
    GError *why = NULL;
    int line = 0;

    if (spawn_read(argv, NULL, nsfd, input, true, &said, &why))
        return true;
    for (char *c = said; *c; c++)
        *c = *c == '\n' || !g_ascii_iscntrl(*c) ? *c : ' ';
    what = sentence(said, path, &line);
    if (what)
        g_set_error(error, NFT_ERROR, line, "%s%s", what, advice(said));
    else
        g_set_error(error, why->domain, why->code, "%s%s%.*s", why->message, *said ? ": " : "",
                    (int)strcspn(said, "\n"), said);
    g_error_free(why);
    return false;
}

bool nft_replace(int nsfd, const char *text, const char *path, GError **error)
{
    g_autofree char *input = g_strconcat(FLUSH, text, "\n", NULL);

    return run(nsfd, input, path, error);
}

bool nft_run(int nsfd, const char *text, GError **error)
{
    return run(nsfd, text, NULL, error);
}

char *nft_ask(int nsfd, const char *const *words, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *said = NULL;

    g_ptr_array_add(argv, (gpointer)NFT_PATH);
    for (; *words; words++)
        g_ptr_array_add(argv, (gpointer)*words);
    g_ptr_array_add(argv, NULL);
    return spawn_read((char *const *)argv->pdata, NULL, nsfd, NULL, false, &said, error)
               ? g_steal_pointer(&said)
               : NULL;
}

bool nft_rules_of(int nsfd, const char *table, const char *const *chains, int *ret, GError **error)
{
    int home = nsfs_open_self(error);
    bool fine = home >= 0 && nsfs_enter(nsfd, error);

    if (fine) {
        fine = nl_nft_rules_of(table, chains, ret, error);
        nsfs_return(home);
    }
    if (home >= 0)
        close(home);
    return fine;
}
