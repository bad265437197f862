/* account.c - see account.h. Names of owners are compared and not asked for: NSS may take its time. */
#include "account.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define SUBUID "/etc/subuid"

static bool number(const char *word, guint64 *ret)
{
    return word && g_ascii_string_to_unsigned(word, 10, 0, UINT32_MAX - 1, ret, NULL);
}

/* His may be wide (containers of LXD's) and have a directory's users in them, who would be one account; and
 * nobody else can run programs as them. */
static bool is_root(const char *owner)
{
    return g_str_equal(owner, "root") || g_str_equal(owner, "0");
}

/* @firsts: of each owner, by name. */
static void add(GArray *ranges, GHashTable *firsts, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, ":", 4);
    guint64 first, count;
    gpointer known;

    if (g_strv_length(words) != 3 || !number(words[1], &first) || !number(words[2], &count) || first == 0 ||
        count == 0 || is_root(words[0]))
        return;
    if (!g_hash_table_lookup_extended(firsts, words[0], NULL, &known)) {
        known = GUINT_TO_POINTER((guint)first);
        g_hash_table_insert(firsts, g_strdup(words[0]), known);
    }
    AccountRange range = {(uid_t)first, (uid_t)MIN(first + count - 1, UINT32_MAX - 1),
                          GPOINTER_TO_UINT(known)};
    g_array_append_val(ranges, range);
}

GArray *account_ranges(const char *text)
{
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof(AccountRange));
    g_autoptr(GHashTable) firsts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++)
        add(ranges, firsts, g_strstrip(*line));
    return ranges;
}

uid_t account_among(const GArray *ranges, uid_t uid)
{
    for (guint i = 0; i < ranges->len; i++) {
        const AccountRange *range = &g_array_index(ranges, AccountRange, i);
        if (uid >= range->first && uid <= range->last)
            return range->account;
    }
    return uid;
}

/* Read again when it is another file, or has been changed. */
static const GArray *ranges_now(void)
{
    static GArray *ranges;
    static struct stat read_at;
    g_autofree char *text = NULL;
    struct stat now = {};

    (void)stat(SUBUID, &now);
    if (ranges && now.st_ino == read_at.st_ino && now.st_size == read_at.st_size &&
        now.st_mtim.tv_sec == read_at.st_mtim.tv_sec && now.st_mtim.tv_nsec == read_at.st_mtim.tv_nsec)
        return ranges;
    g_clear_pointer(&ranges, g_array_unref);
    (void)g_file_get_contents(SUBUID, &text, NULL, NULL);
    ranges = account_ranges(text ? text : "");
    read_at = now;
    return ranges;
}

uid_t account_of(uid_t uid)
{
    return uid == 0 ? uid : account_among(ranges_now(), uid);
}
