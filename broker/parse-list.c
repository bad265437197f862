/* parse-list.c - values of keys that add: words, addresses, MAC addresses, sysctls, hooks.
 *
 * An element is one word, or the whole value where it holds blanks itself. */
#include "parse.h"

#include <string.h>

/* The words of a value; blanks in between only separate. */
static char **words_of(const char *value)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (const char *c = value; *c;) {
        size_t blank = strspn(c, " \t"), length = strcspn(c + blank, " \t");
        if (length) {
            g_autofree char *word = g_strndup(c + blank, length);
            g_strv_builder_add(builder, word);
        }
        c += blank + length;
    }
    return g_strv_builder_end(builder);
}

static bool strings_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    char ***strings = field;
    g_auto(GStrv) old = *strings, more = words_of(line->value);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_addv(builder, (const char **)(old ? old : (char *[]){NULL}));
    g_strv_builder_addv(builder, (const char **)more);
    *strings = g_strv_builder_end(builder);
    return true;
}

static void strings_clear(const ConfKey *key, void *field)
{
    g_clear_pointer((char ***)field, g_strfreev);
}

const ConfType conf_type_strings = {strings_parse, strings_clear, true, true};

static void array_clear(const ConfKey *key, void *field)
{
    g_clear_pointer((GPtrArray **)field, g_ptr_array_unref);
}

static void array_add(GPtrArray **array, GDestroyNotify destroy, gpointer element)
{
    if (!*array)
        *array = g_ptr_array_new_with_free_func(destroy);
    g_ptr_array_add(*array, element);
}

/* Which of several words it was. */
static bool cite_word(const ConfLine *line, char **words, size_t index, GError **error)
{
    if (words[1])
        g_prefix_error(error, "%s: ", words[index]);
    return conf_fail_at(line, error);
}

/* All words or none: a half-read line would be reported and yet count. */
static bool list_parse(const ConfLine *line, void *field,
                       bool (*parse)(const char *text, IpPrefix *ret, GError **error), GError **error)
{
    g_auto(GStrv) words = words_of(line->value);
    g_autofree IpPrefix *prefixes = g_new0(IpPrefix, g_strv_length(words));
    for (size_t i = 0; words[i]; i++) {
        if (strpbrk(words[i], ",;"))
            return conf_fail(line, error, "separate them by blanks, not by '%c'", *strpbrk(words[i], ",;"));
        if (!parse(words[i], &prefixes[i], error))
            return cite_word(line, words, i, error);
        prefixes[i].line = line;
    }
    for (size_t i = 0; words[i]; i++)
        array_add(field, g_free, g_memdup2(&prefixes[i], sizeof(IpPrefix)));
    return true;
}

static bool prefix_list_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    return list_parse(line, field, ip_prefix_parse, error);
}

const ConfType conf_type_prefix_list = {prefix_list_parse, array_clear, true};

static bool server_list_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    return list_parse(line, field, ip_server_parse, error);
}

const ConfType conf_type_server_list = {server_list_parse, array_clear, true};

static bool mac_list_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) words = words_of(line->value);
    g_autofree MacAddress *macs = g_new0(MacAddress, g_strv_length(words));
    if (strchr(line->value, ','))
        return conf_fail(line, error, "separate them by blanks, not by ','");
    for (size_t i = 0; words[i]; i++)
        if (!mac_address_parse(words[i], &macs[i], error))
            return cite_word(line, words, i, error);
    for (size_t i = 0; words[i]; i++)
        array_add(field, g_free, g_memdup2(&macs[i], sizeof(MacAddress)));
    return true;
}

const ConfType conf_type_mac_list = {mac_list_parse, array_clear, true};

static void sysctl_free(gpointer pointer)
{
    SysctlConf *sysctl = pointer;
    g_free(sysctl->name);
    g_free(sysctl->value);
    g_free(sysctl);
}

/* Letters, digits, and what sysctl names have; no empty or ".." component, so that it stays below /proc/sys.
 */
static bool sysctl_name_clean(const char *name)
{
    char before = '.';
    for (const char *c = name; *c; before = *c++) {
        bool separator = *c == '.' || *c == '/';
        if (!separator && !g_ascii_isalnum(*c) && *c != '_' && *c != '-')
            return false;
        if (separator && (before == '.' || before == '/'))
            return false;
    }
    return before != '.' && before != '/';
}

static bool sysctl_add(const ConfLine *line, const char *const *roots, const char *expected,
                       GPtrArray **array, GError **error)
{
    const char *equals = strchr(line->value, '=');
    if (!equals)
        return conf_fail(line, error, "write it as NAME=VALUE, like %s", expected);
    g_autofree char *name = g_strstrip(g_strndup(line->value, (size_t)(equals - line->value)));
    g_autofree char *value = g_strstrip(g_strdup(equals + 1));
    g_autofree char *dotted = g_strdelimit(g_strdup(name), "/", '.');
    bool below = false;
    for (; *roots && !below; roots++)
        below = g_str_has_prefix(dotted, *roots);
    if (!below || !sysctl_name_clean(name))
        return conf_fail(line, error, "%s is not a setting that belongs here, expected one like %s", name,
                         expected);
    if (!*value)
        return conf_fail(line, error, "%s has no value", name);
    SysctlConf *sysctl = g_new0(SysctlConf, 1);
    *sysctl = (SysctlConf){g_steal_pointer(&name), g_steal_pointer(&value), line};
    array_add(array, sysctl_free, sysctl);
    return true;
}

static bool sysctl_list_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    static const char *const roots[] = {"net.", NULL};
    return sysctl_add(line, roots, "net.ipv4.ping_group_range=0 2147483647", field, error);
}

const ConfType conf_type_sysctl_list = {sysctl_list_parse, array_clear, true};

static bool link_sysctl_list_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    static const char *const roots[] = {"ipv4.conf.", "ipv6.conf.", "ipv4.neigh.", "ipv6.neigh.", NULL};
    return sysctl_add(line, roots, "ipv4.conf.rp_filter=2", field, error);
}

const ConfType conf_type_link_sysctl_list = {link_sysctl_list_parse, array_clear, true};

static void hook_free(gpointer pointer)
{
    HookConf *hook = pointer;
    g_strfreev(hook->argv);
    g_free(hook);
}

/* Split as a shell does words, quotes and all, but with no expansion of any kind: what runs is what is
 * written. */
static bool hook_list_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) why = NULL;
    if (!g_shell_parse_argv(line->value, NULL, &argv, &why))
        return conf_fail(line, error, "%s",
                         g_error_matches(why, G_SHELL_ERROR, G_SHELL_ERROR_BAD_QUOTING)
                             ? "a quote has no end"
                             : "there is no command in it");
    if (argv[0][0] != '/')
        return conf_fail(line, error, "the command must be an absolute path (nothing is searched)");
    HookConf *hook = g_new0(HookConf, 1);
    *hook = (HookConf){g_steal_pointer(&argv), line};
    array_add(field, hook_free, hook);
    return true;
}

const ConfType conf_type_hook_list = {hook_list_parse, array_clear, true};
