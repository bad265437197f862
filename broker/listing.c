/* listing.c - see listing.h. nft's own layout is relied on: a set begins and ends on lines of its own, its
 * timeout stands before its elements (src/rule.c, set_print_declaration). */
#include "listing.h"

#include <string.h>

#define ELEMENTS "\t\telements = {"

/* The next of @stops outside of quotes and braces; the end of the text, if there is none. */
static const char *find(const char *at, const char *stops)
{
    unsigned depth = 0;

    for (; *at; at++) {
        if (depth == 0 && strchr(stops, *at))
            return at;
        if (*at == '"')
            at += 1 + strcspn(at + 1, "\"");
        else if (*at == '{')
            depth++;
        else if (*at == '}')
            depth--;
        if (!*at)
            break;
    }
    return at;
}

/* The word @word of the element, outside of quotes; what stands behind it. */
static const char *word_find(const char *element, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = element; *at; at = find(at, " ") + strspn(find(at, " "), " "))
        if (!strncmp(at, word, length) && (at[length] == ' ' || !at[length]))
            return at + length + strspn(at + length, " ");
    return NULL;
}

/* @by_default: the set has a timeout for elements without one of their own. */
static bool expires(const char *element, bool by_default)
{
    const char *own = word_find(element, "timeout");

    return own ? !g_str_has_prefix(own, "never") && !g_str_has_prefix(own, "0s") : by_default;
}

/* @at: behind the brace. Returns what stands behind the closing one, at the latest the text's end. */
static const char *elements_copy(GString *out, const char *at, bool by_default)
{
    gsize start = out->len;
    bool any = false;

    g_string_append(out, ELEMENTS "\n");
    while (*at && *at != '}') {
        const char *end = find(at, ",}");
        g_autofree char *element = g_strstrip(g_strndup(at, (gsize)(end - at)));
        if (*element && !expires(element, by_default)) {
            g_string_append_printf(out, "%s\t\t\t%s", any ? ",\n" : "", element);
            any = true;
        }
        at = *end == ',' ? end + 1 : end;
    }
    if (any)
        g_string_append(out, "\n\t\t}\n");
    else
        g_string_truncate(out, start);
    at += *at == '}';
    return at + (*at == '\n');
}

static bool is_ours(const char *at)
{
    return g_str_has_prefix(at, "table inet " LISTING_GUARD " {") ||
           g_str_has_prefix(at, "table inet " LISTING_LEASES " {");
}

/* Behind the tables of ours that begin at @at; @at, if none does. */
static const char *ours_skip(const char *at)
{
    const char *end;

    while (is_ours(at) && (end = strstr(at, "\n}\n")))
        at = end + strlen("\n}\n");
    return at;
}

char *listing_tidy(const char *listing)
{
    GString *out = g_string_new(NULL);
    bool timeout = false;

    for (const char *at = ours_skip(listing); *at; at = ours_skip(at)) {
        const char *end = at + strcspn(at, "\n");
        g_autofree char *line = g_strndup(at, (gsize)(end - at));
        if (g_str_has_prefix(line, ELEMENTS)) {
            at = elements_copy(out, at + strlen(ELEMENTS), timeout);
            continue;
        }
        if (g_str_has_suffix(line, "{"))
            timeout = false;
        timeout = timeout || g_str_has_prefix(line, "\t\ttimeout ");
        if (!g_str_has_suffix(line, "comment \"" LISTING_PASSING "\""))
            g_string_append_printf(out, "%s\n", line);
        at = end + (*end == '\n');
    }
    return g_string_free(out, FALSE);
}

/* src/scanner.l: string */
bool nft_is_identifier(const char *name)
{
    static const char set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.0123456789/\\-";

    return (g_ascii_isalpha(*name) || *name == '_' || *name == '.') && strspn(name, set) == strlen(name);
}

/* Quotes and comments as nft's scanner sees them (src/scanner.l): a quoted string may have several lines.
 * Never beyond the end. */
static size_t token_length(const char *at)
{
    size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./\\-");

    if (length == 0 && *at == '"')
        length = 1 + strcspn(at + 1, "\"") + 1;
    else if (length == 0 && *at == '#')
        length = strcspn(at, "\n");
    else if (length == 0)
        length = 1;
    return strnlen(at, length);
}

/* "table inet box {" and perhaps a comment: as far as the brace. 0: it is something else. */
static size_t head_length(const char *at)
{
    g_autofree char *line = g_strndup(at, strcspn(at, "\n"));
    g_auto(GStrv) words = g_strsplit(line, " ", 5);
    bool fine = g_strv_length(words) >= 4 && g_str_equal(words[0], "table") && nft_is_identifier(words[1]) &&
                nft_is_identifier(words[2]) && g_str_equal(words[3], "{") && (!words[4] || *words[4] == '#');

    return fine ? (size_t)(strchr(at, '{') - at) + 1 : 0;
}

bool listing_is_tables(const char *text)
{
    static const char word[] = "include";
    int depth = 0;

    for (const char *at = text; *at;) {
        size_t length = token_length(at);
        if (depth == 0 && !g_ascii_isspace(*at) && *at != '#') {
            if ((length = head_length(at)) == 0)
                return false;
            depth = 1;
        } else if (length == sizeof word - 1 && !strncmp(at, word, length)) {
            return false;
        } else {
            depth += (*at == '{') - (*at == '}');
        }
        at += length;
    }
    return depth == 0;
}
