/* parse.c - the text of one value to one typed field.
 *
 * One ConfType per C type. Every parser reads into a local first: a bad value leaves the field as it was. */
#include "parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

G_DEFINE_QUARK(netns_broker_conf_error, conf_error)

bool conf_fail(const ConfLine *line, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *where = conf_cite_line(line);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", where, what);
    return false;
}

bool conf_fail_at(const ConfLine *line, GError **error)
{
    g_autofree char *where = conf_cite_line(line);
    g_prefix_error(error, "%s: ", where);
    return false;
}

const ConfKey *conf_key_find(const ConfKey *keys, const char *name)
{
    for (const ConfKey *key = keys; key && key->name; key++)
        if (g_str_equal(key->name, name))
            return key;
    return NULL;
}

/* Edit distance where two neighbours swapped count one (optimal string alignment), upper and lower case the
 * same. */
static unsigned distance(const char *a, const char *b, unsigned length_a, unsigned length_b)
{
    unsigned row[3][34];
    for (unsigned j = 0; j <= length_b; j++)
        row[0][j] = j;
    for (unsigned i = 1; i <= length_a; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= length_b; j++) {
            bool differ = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);
            now[j] = MIN(MIN(now[j - 1], last[j]) + 1, last[j - 1] + differ);
            if (differ && i > 1 && j > 1 && g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 2]) &&
                g_ascii_tolower(a[i - 2]) == g_ascii_tolower(b[j - 1]))
                now[j] = MIN(now[j], before[j - 2] + 1);
        }
    }
    return row[length_a % 3][length_b];
}

/* "Pre" for "PreUp", "DNS1" for "DNS": one is the beginning of the other. */
static bool begins(const char *a, const char *b, size_t length_a, size_t length_b)
{
    size_t shorter = MIN(length_a, length_b);
    return shorter >= 3 && !g_ascii_strncasecmp(a, b, shorter);
}

const char *word_nearest(const char *text, const char *const *words)
{
    const char *best = NULL;
    unsigned best_score = G_MAXUINT;
    size_t length = strlen(text);
    for (; length <= 32 && *words; words++) {
        size_t other = strlen(*words);
        if (other > 32)
            continue;
        unsigned score = distance(text, *words, (unsigned)length, (unsigned)other);
        bool near = score <= MAX(length, other) / 3 || begins(text, *words, length, other);
        if (near && score < best_score) {
            best = *words;
            best_score = score;
        }
    }
    return best;
}

/* Strings. */

static bool string_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    char **string = field;
    g_free(*string);
    *string = g_strdup(line->value);
    return true;
}

static void string_clear(const ConfKey *key, void *field)
{
    g_clear_pointer((char **)field, g_free);
}

const ConfType conf_type_string = {string_parse, string_clear, false};

/* Words. */

static const ConfWord switch_words[] = {{"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {"on", 1},
                                        {"off", 0}, {"1", 1},  {"0", 0},    {NULL, 0}};
static const ConfWord families_words[] = {{"yes", FAMILIES_BOTH},
                                          {"no", FAMILIES_NONE},
                                          {"ipv4", FAMILIES_IPV4},
                                          {"ipv6", FAMILIES_IPV6},
                                          {"true", FAMILIES_BOTH},
                                          {"false", FAMILIES_NONE},
                                          {"on", FAMILIES_BOTH},
                                          {"off", FAMILIES_NONE},
                                          {"1", FAMILIES_BOTH},
                                          {"0", FAMILIES_NONE},
                                          {NULL, 0}};

static const ConfWord *word_find(const ConfWord *words, const char *text)
{
    for (; words && words->word; words++)
        if (!g_ascii_strcasecmp(words->word, text))
            return words;
    return NULL;
}

/* "yes, no or ipv4": for a table's first four words at most when these are the usual switches, else all. */
static char *word_choices(const ConfWord *words)
{
    g_autoptr(GString) choices = g_string_new(NULL);
    for (const ConfWord *word = words; word->word && !g_str_equal(word->word, "true"); word++) {
        bool last = !word[1].word || g_str_equal(word[1].word, "true");
        g_string_append_printf(choices, "%s%s", word == words ? "" : last ? " or " : ", ", word->word);
    }
    return g_string_free(g_steal_pointer(&choices), FALSE);
}

static bool word_fail(const ConfWord *words, const ConfLine *line, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const ConfWord *word = words; word->word; word++)
        g_ptr_array_add(names, (gpointer)word->word);
    g_ptr_array_add(names, NULL);
    const char *nearest = word_nearest(line->value, (const char *const *)names->pdata);
    g_autofree char *choices = word_choices(words);
    if (nearest)
        return conf_fail(line, error, "must be %s; did you mean %s?", choices, nearest);
    return conf_fail(line, error, "must be %s", choices);
}

static bool word_read(const ConfWord *words, const ConfLine *line, uint32_t *ret, GError **error)
{
    const ConfWord *word = word_find(words, line->value);
    if (!word)
        return word_fail(words, line, error);
    *ret = word->value;
    return true;
}

/* One parser and one clearer per integer width; TYPE is the field's. */
#define WORD_TYPE(NAME, TYPE, WORDS, INITIAL)                                                                \
    static bool NAME##_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)          \
    {                                                                                                        \
        uint32_t value;                                                                                      \
        if (!word_read(WORDS, line, &value, error))                                                          \
            return false;                                                                                    \
        *(TYPE *)field = (TYPE)value;                                                                        \
        return true;                                                                                         \
    }                                                                                                        \
    static void NAME##_clear(const ConfKey *key, void *field)                                                \
    {                                                                                                        \
        *(TYPE *)field = (TYPE)(INITIAL);                                                                    \
    }                                                                                                        \
    const ConfType conf_type_##NAME = {NAME##_parse, NAME##_clear, false};

WORD_TYPE(bool, bool, switch_words, key->initial)
WORD_TYPE(tristate, Tristate, key->words ? key->words : switch_words, TRISTATE_UNSET)
WORD_TYPE(families, Families, key->words ? key->words : families_words, key->initial)
WORD_TYPE(word, uint8_t, key->words, key->initial)
WORD_TYPE(choice, uint32_t, key->words, key->initial)

G_STATIC_ASSERT(sizeof(Choice) == sizeof(uint32_t));

/* Numbers. */

bool number_read(const char *text, uint32_t *ret)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    if (!*digits || strlen(digits) > 10 ||
        strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits))
        return false;
    guint64 value = g_ascii_strtoull(digits, NULL, hex ? 16 : 10);
    if (value > UINT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

static bool number_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    uint32_t value, max = key->max ? key->max : UINT32_MAX;
    const ConfWord *word = word_find(key->words, line->value);
    if (word)
        value = word->value;
    else if (!number_read(line->value, &value) || value < key->min || value > max) {
        g_autofree char *choices = key->words ? word_choices(key->words) : NULL;
        return conf_fail(line, error, "must be a number from %u to %u%s%s", key->min, max,
                         choices ? ", or " : "", choices ? choices : "");
    }
    *(uint32_t *)field = value;
    return true;
}

static void number_clear(const ConfKey *key, void *field)
{
    *(uint32_t *)field = key->initial;
}

const ConfType conf_type_number = {number_parse, number_clear, false};

static bool prefixlength_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    uint32_t value;
    if (!number_read(line->value, &value) || value > 128)
        return conf_fail(line, error, "must be a prefix length, 0 to 128");
    *(int *)field = (int)value;
    return true;
}

static void prefixlength_clear(const ConfKey *key, void *field)
{
    *(int *)field = -1;
}

const ConfType conf_type_prefixlength = {prefixlength_parse, prefixlength_clear, false};

/* Addresses and names. */

static bool address_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    return ip_address_parse(line->value, field, error) || conf_fail_at(line, error);
}

static void address_clear(const ConfKey *key, void *field)
{
    *(IpAddress *)field = (IpAddress){0};
}

const ConfType conf_type_address = {address_parse, address_clear, false};

static bool prefix_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    IpPrefix prefix;
    if (!ip_prefix_parse(line->value, &prefix, error))
        return conf_fail_at(line, error);
    prefix.line = line;
    *(IpPrefix *)field = prefix;
    return true;
}

static void prefix_clear(const ConfKey *key, void *field)
{
    *(IpPrefix *)field = (IpPrefix){0};
}

const ConfType conf_type_prefix = {prefix_parse, prefix_clear, false};

static bool mac_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    return mac_address_parse(line->value, field, error) || conf_fail_at(line, error);
}

static void mac_clear(const ConfKey *key, void *field)
{
    *(MacAddress *)field = (MacAddress){0};
}

const ConfType conf_type_mac = {mac_parse, mac_clear, false};

static bool ifname_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    return if_name_parse(line->value, field, error) || conf_fail_at(line, error);
}

static void ifname_clear(const ConfKey *key, void *field)
{
    *(IfName *)field = (IfName){0};
}

const ConfType conf_type_ifname = {ifname_parse, ifname_clear, false};
