/* ini.c - the lines of a configuration file in systemd's syntax.
 *
 * One pass. Every slip is reported with its line and the rest is still read, so that `check` can name all of
 * them at once. */
#include "ini.h"

#include <glib.h>
#include <string.h>

typedef struct Ini {
    const char *next, *end;
    unsigned line;   /* number of the line at `next`, minus one */
    bool in_section; /* the last header was a good one */
    bool any_header; /* there was one: what follows a bad one was reported with it */
    GString *joined; /* the current assignment with its continuation lines */
    const IniSink *sink;
    void *user;
} Ini;

static void slip(const Ini *ini, unsigned line, const char *message)
{
    ini->sink->slip(ini->user, line, message);
}

/* The next line without its newline (and without the carriage return of a file that came from elsewhere). */
static bool line_take(Ini *ini, const char **ret, size_t *ret_length)
{
    if (ini->next >= ini->end)
        return false;
    const char *newline = memchr(ini->next, '\n', (size_t)(ini->end - ini->next));
    const char *stop = newline ? newline : ini->end;
    *ret = ini->next;
    *ret_length = (size_t)(stop - ini->next);
    if (*ret_length && stop[-1] == '\r')
        --*ret_length;
    ini->next = newline ? newline + 1 : ini->end;
    ini->line++;
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static void strip(const char **text, size_t *length)
{
    while (*length && blank(**text)) {
        ++*text;
        --*length;
    }
    while (*length && blank((*text)[*length - 1]))
        --*length;
}

static bool is_comment(const char *text, size_t length)
{
    return length && (*text == '#' || *text == ';');
}

/* Join what follows a backslash at the end of the line; comments in between are left out, as systemd does. */
static void line_join(Ini *ini, const char *text, size_t length)
{
    g_string_truncate(ini->joined, 0);
    while (length && text[length - 1] == '\\') {
        g_string_append_len(ini->joined, text, (gssize)length - 1);
        g_string_append_c(ini->joined, ' ');
        do {
            if (!line_take(ini, &text, &length))
                return;
            strip(&text, &length);
        } while (is_comment(text, length));
    }
    g_string_append_len(ini->joined, text, (gssize)length);
}

/* `[Section]` or `[Section label]`; @text is stripped and starts with '['. */
static void section_read(Ini *ini, unsigned line, const char *text)
{
    size_t length = strlen(text);
    ini->any_header = true;
    ini->in_section = false;
    if (text[length - 1] != ']') {
        slip(ini, line, "the section's closing bracket is missing");
        return;
    }
    g_autofree char *inner = g_strstrip(g_strndup(text + 1, length - 2));
    size_t word = strcspn(inner, " \t");
    g_autofree char *name = g_strndup(inner, word);
    const char *label = inner + word + strspn(inner + word, " \t");
    if (!*name || strpbrk(inner, "[]=\"'")) {
        slip(ini, line, "not a section, write it as [Section] or [Section name]");
        return;
    }
    if (strpbrk(label, " \t")) {
        slip(ini, line, "a section's name is one word");
        return;
    }
    ini->in_section = true;
    ini->sink->section(ini->user, line, name, label);
}

static bool key_clean(const char *key)
{
    for (const char *c = key; *c; c++)
        if (!g_ascii_isalnum(*c))
            return false;
    return *key != '\0';
}

/* A '#' behind a blank, outside quotes: meant as a comment, and it would become words of the value
 * ("Users=alice # not bob"). */
static bool comment_inside(const char *value)
{
    char quote = '\0';
    for (const char *c = value; *c; c++)
        if (quote)
            quote = *c == quote ? '\0' : quote;
        else if (*c == '"' || *c == '\'')
            quote = *c;
        else if (*c == '#' && (c == value || c[-1] == ' ' || c[-1] == '\t'))
            return true;
    return false;
}

static void assignment_read(Ini *ini, unsigned line, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        slip(ini, line, "neither a [Section] nor a Key=value (comments start with # or ;)");
        return;
    }
    g_autofree char *key = g_strchomp(g_strndup(text, (size_t)(equals - text)));
    g_autofree char *value = g_strdup(equals + 1 + strspn(equals + 1, " \t"));
    if (!key_clean(key))
        slip(ini, line, "the key in front of the '=' is not a word of letters and digits");
    else if (comment_inside(value) && strcmp(key, "Description") != 0)
        slip(ini, line, "'#' in a value: a comment needs a line of its own");
    else if (ini->in_section)
        ini->sink->assign(ini->user, line, key, value);
    else if (!ini->any_header)
        slip(ini, line, "this line stands before the first [Section]");
}

static void line_read(Ini *ini, const char *text, size_t length)
{
    unsigned line = ini->line;
    strip(&text, &length);
    if (!length || is_comment(text, length))
        return;
    line_join(ini, text, length);
    g_strchomp(ini->joined->str);
    if (ini->joined->len > INI_LINE_MAX)
        slip(ini, line, "the line is too long (at most 8192 bytes)");
    else if (ini->joined->str[0] == '[')
        section_read(ini, line, ini->joined->str);
    else
        assignment_read(ini, line, ini->joined->str);
}

/* The line of the byte at @offset. */
static unsigned line_of(const char *text, size_t offset)
{
    unsigned line = 1;
    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

/* What makes a file not text at all: nothing of it is read then. */
static bool text_check(const Ini *ini, const char *text, size_t size)
{
    const char *bad = NULL;
    if (size > INI_BYTES_MAX) {
        slip(ini, 1, "the file is too long (at most 256 KiB)");
        return false;
    }
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        slip(ini, 1, "the file begins with a byte order mark, which has to go: save it as UTF-8 without BOM");
        return false;
    }
    if (!g_utf8_validate_len(text, size, &bad)) {
        slip(ini, line_of(text, (size_t)(bad - text)), *bad ? "not valid UTF-8" : "a NUL byte");
        return false;
    }
    /* values end up in messages: no escape sequence may reach a terminal that way */
    for (size_t i = 0; i < size; i++)
        if (g_ascii_iscntrl(text[i]) && !strchr("\t\r\n", text[i])) {
            slip(ini, line_of(text, i), "a control character");
            return false;
        }
    return true;
}

void ini_read(const char *text, size_t size, const IniSink *sink, void *user)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    Ini ini = {.next = text, .end = text + size, .joined = joined, .sink = sink, .user = user};
    const char *line;
    size_t length;
    if (!text_check(&ini, text, size))
        return;
    while (line_take(&ini, &line, &length)) {
        if (ini.line > INI_LINES_MAX) {
            slip(&ini, ini.line, "too many lines (at most 4096)");
            return;
        }
        line_read(&ini, line, length);
    }
}
