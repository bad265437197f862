/* properties.c - see properties.h. */
#include "properties.h"

#include "booted.h"
#include "spawn.h"
#include "systemctl.h"

#include <string.h>

char **properties_show(bool user, const char *keys, char *const *units)
{
    g_autofree char *words = g_strconcat("show --timestamp=unix --property=", keys, NULL);
    g_autoptr(GPtrArray) argv = systemctl_command(words, units, user);
    g_autofree char *said = NULL;

    if (!booted_with_systemctl())
        return NULL;
    if (!user)
        said = spawn_ask((char *const *)argv->pdata, -1);
    else if (!systemctl_read(words, units, true, &said, NULL))
        g_clear_pointer(&said, g_free);

    return said ? g_strsplit(said, "\n\n", -1) : NULL;
}

char *properties_value(const char *lines, const char *key)
{
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);

    for (char **line = each; *line; line++)
        if (g_str_has_prefix(*line, key) && (*line)[strlen(key)] == '=')
            return g_strdup(*line + strlen(key) + 1);
    return g_strdup("");
}
