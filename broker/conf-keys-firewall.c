/* conf-keys-firewall.c - the keys of [Firewall]. */
#include "conf-keys.h"
#include "ruleset-file.h"

#include <string.h>

/* A name ends with .nft, so that no other file of the directory can be meant, least of all for saving. */
static bool file_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    Conf *conf = field;
    const char *file = line->value;
    if (file[0] != '/' && (strchr(file, '/') || file[0] == '.'))
        return conf_fail(line, error, "must be an absolute path, or the name of a file beside this one");
    if (file[0] != '/' && !g_str_has_suffix(file, RULESET_SUFFIX))
        return conf_fail(line, error, "the file's name must end with " RULESET_SUFFIX);
    if (g_str_equal(file, "ruleset" RULESET_SUFFIX)) /* firewall.c's, in /run/netns-broker */
        return conf_fail(line, error, "is the name of a file that the host's rules are kept in");
    g_free(conf->firewall.file);
    conf->firewall.file = g_strdup(file);
    conf->firewall.line = line;
    return true;
}

static void file_clear(const ConfKey *key, void *field)
{
    Conf *conf = field;
    g_clear_pointer(&conf->firewall.file, g_free);
    g_clear_pointer(&conf->firewall.ruleset, ruleset_free);
    conf->firewall.line = NULL;
}

static const ConfType type_file = {file_parse, file_clear, false};

const ConfKey conf_firewall_keys[] = {
    CONF_WHOLE("File", type_file),
    CONF_KEY("AutoSave", Conf, firewall.auto_save),
    {},
};
