/* service-exec.c - see service-exec.h. What is a word, a quote and a prefix is systemd.service(5)'s, under
 * "Command lines". */
#include "service-exec.h"

#include "ini.h"

#include <string.h>

#define PREFIXES "@-:+!|"
#define FOREIGN "@|" /* another argv[0]; another user's shell */

static const char *const keys[] = {"ExecCondition", "ExecStartPre", "ExecStart",   "ExecStartPost",
                                   "ExecReload",    "ExecStop",     "ExecStopPost"};

/* What has been read of a unit. */
typedef struct Commands {
    GPtrArray *values[G_N_ELEMENTS(keys)]; /* char* */
    bool in_service;
    const char *path, *text; /* of the file being read */
    GError *error;           /* the first */
} Commands;

static const char *blanks_skip(const char *at)
{
    return at + strspn(at, " \t");
}

static const char *word_end(const char *at)
{
    char quote = '\0';

    for (; *at && (quote || !g_ascii_isspace(*at)); at++)
        if (*at == '\\' && at[1])
            at++;
        else if (quote)
            quote = *at == quote ? '\0' : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
    return at;
}

/* The first word of a command, from @at to @end; the quote may stand before the prefixes too. */
static bool first_append(GString *text, const char *at, const char *end, const char *front, GError **error)
{
    const char *prefixes = at + (*at == '"' || *at == '\'');
    size_t count = strspn(prefixes, PREFIXES);

    for (size_t i = 0; i < count; i++)
        if (strchr(FOREIGN, prefixes[i])) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "a command that begins with %c cannot be started through another program",
                        prefixes[i]);
            return false;
        }
    g_string_append_len(text, prefixes, (gssize)count);
    g_string_append_printf(text, "%s %.*s%.*s", front, (int)(prefixes - at), at,
                           (int)(end - prefixes - (ssize_t)count), prefixes + count);
    return true;
}

char *service_exec_behind(const char *value, const char *front, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bool first = true;

    for (const char *at = blanks_skip(value), *end; *at; at = blanks_skip(end)) {
        end = word_end(at);
        if (text->len)
            g_string_append_c(text, ' ');
        if (!first)
            g_string_append_len(text, at, end - at);
        else if (!first_append(text, at, end, front, error))
            return NULL;
        first = end - at == 1 && *at == ';';
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void section_seen(void *user, unsigned line, const char *section, const char *label)
{
    ((Commands *)user)->in_service = g_str_equal(section, "Service");
}

static void assignment_seen(void *user, unsigned line, const char *key, const char *value)
{
    Commands *commands = user;

    for (size_t i = 0; commands->in_service && i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(key, keys[i])) {
            if (!*value)
                g_ptr_array_set_size(commands->values[i], 0);
            else
                g_ptr_array_add(commands->values[i], g_strdup(value));
        }
}

/* Units have keys that are no words of ours ("X-Flatpak"), and comments after values: a matter only where a
 * command would be missed. */
static void slip_seen(void *user, unsigned line, const char *message)
{
    Commands *commands = user;
    g_auto(GStrv) lines = g_strsplit(commands->text, "\n", -1);
    const char *text = line >= 1 && line <= g_strv_length(lines) ? blanks_skip(lines[line - 1]) : "Exec";

    if (g_str_has_prefix(text, "Exec") && !commands->error)
        commands->error =
            g_error_new(G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s", commands->path, line, message);
}

/* systemd passes over a line that is not text and runs the rest; of such a file we would know nothing. */
static void text_check(Commands *commands)
{
    const char *at = commands->text;

    while ((guchar)*at >= ' ' || (*at && strchr("\t\n\r", *at)))
        at++;
    if ((*at || !g_utf8_validate(commands->text, -1, NULL)) && !commands->error)
        commands->error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_INVAL,
                                      "%s: has characters that are not text, so not all of its commands can "
                                      "be found",
                                      commands->path);
}

static bool key_append(GString *text, const char *key, const GPtrArray *values, const char *front,
                       GError **error)
{
    if (values->len > 0)
        g_string_append_printf(text, "%s=\n", key);
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *value = service_exec_behind(values->pdata[i], front, error);
        if (!value) {
            g_prefix_error(error, "%s=%s: ", key, (char *)values->pdata[i]);
            return false;
        }
        g_string_append_printf(text, "%s=%s\n", key, value);
    }
    return true;
}

static char *lines_of(const Commands *commands, const char *front, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!key_append(text, keys[i], commands->values[i], front, error))
            return NULL;
    if (!text->len)
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "its files have no command");
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

char *service_exec_lines(char *const *files, const char *front, GError **error)
{
    static const IniSink sink = {section_seen, assignment_seen, slip_seen};
    Commands commands = {};
    char *lines = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        commands.values[i] = g_ptr_array_new_with_free_func(g_free);
    for (; *files; files += 2) {
        commands.path = files[0];
        commands.text = files[1];
        commands.in_service = false;
        text_check(&commands);
        ini_read(commands.text, strlen(commands.text), &sink, &commands);
    }
    if (commands.error)
        g_propagate_error(error, commands.error);
    else
        lines = lines_of(&commands, front, error);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        g_ptr_array_unref(commands.values[i]);
    return lines;
}
