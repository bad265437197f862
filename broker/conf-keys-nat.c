/* conf-keys-nat.c - the keys of [NAT]: what the host does for a namespace's packets. */
#include "conf-keys.h"

#include <string.h>

/* A switch or an address would pass for an interface that is not there: nothing would ever leave. */
static bool uplink_sensible(const char *word, const ConfLine *line, GError **error)
{
    static const char *const switches[] = {"yes", "no", "true", "false", "on", "off", "none", NULL};
    IpAddress address;

    if (g_strv_contains(switches, word))
        return conf_fail(line, error,
                         "no switch: write auto, or interfaces; nothing for the host's own route");
    if (strchr(word, ',') || ip_address_parse(word, &address, NULL))
        return conf_fail(line, error, "%s is no interface: write auto, or names with blanks between", word);
    return true;
}

/* auto alone, or names of interfaces, with * and ? for some or one character. */
static bool uplink_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(line->value, " \t", -1);
    for (char **word = words; *word; word++) {
        g_autofree char *plain = g_strdelimit(g_strdup(*word), "*?", 'x');
        GError *why = NULL;
        if (!**word)
            continue;
        if (g_str_equal(*word, "auto") && words[1])
            return conf_fail(line, error, "auto looks for itself: no other interface beside it");
        if (!uplink_sensible(*word, line, error))
            return false;
        if (strpbrk(*word, "[]\"\\"))
            return conf_fail(line, error, "%s: of patterns there are * and ? only", *word);
        if (!if_name_clean(plain, IFNAMSIZ - 1, &why)) {
            g_propagate_error(error, why);
            return conf_fail_at(line, error);
        }
    }
    conf_type_strings.clear(key, field); /* the last line counts: that of a type is replaced */
    return conf_type_strings.parse(key, line, field, error);
}

static void words_clear(const ConfKey *key, void *field)
{
    conf_type_strings.clear(key, field);
}

static const ConfType type_uplink = {uplink_parse, words_clear, false, true};

static bool namespaces_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_auto(GStrv) names = g_strsplit_set(line->value, " \t", -1);
    for (char **name = names; *name; name++)
        if (**name && !conf_name_valid(*name, error))
            return conf_fail_at(line, error);
    return conf_type_strings.parse(key, line, field, error);
}

static const ConfType type_namespaces = {namespaces_parse, words_clear, true, true};

const ConfKey conf_nat_keys[] = {
    CONF_KEY("Masquerade", Conf, nat.masquerade),
    CONF_KEY("HostAccess", Conf, nat.host_access),
    {.name = "Uplink", .offset = offsetof(Conf, nat.uplink), .type = &type_uplink},
    {.name = "NamespaceAccess", .offset = offsetof(Conf, nat.namespace_access), .type = &type_namespaces},
    {},
};
