/* systemctl.c - see systemctl.h. Not the bus: the worker has no D-Bus, and systemctl finds a user's manager
 * by itself. */
#include "systemctl.h"

#include "paths.h"
#include "spawn.h"

#include <unistd.h>

/* A user's manager is found by XDG_RUNTIME_DIR. */
static char **environment_of(bool user)
{
    return user ? environ : NULL;
}

GPtrArray *systemctl_command(const char *words, char *const *units, bool user)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) each = g_strsplit(words, " ", -1);

    g_ptr_array_add(argv, g_strdup(SYSTEMCTL_PATH));
    if (user)
        g_ptr_array_add(argv, g_strdup("--user"));
    for (char **word = each; *word; word++)
        g_ptr_array_add(argv, g_strdup(*word));
    g_ptr_array_add(argv, g_strdup("--"));
    for (; *units; units++)
        g_ptr_array_add(argv, g_strdup(*units));
    g_ptr_array_add(argv, NULL);
    return argv;
}

bool systemctl(const char *words, const char *unit, GError **error)
{
    char *const units[] = {(char *)unit, NULL};

    return systemctl_units(words, units, false, error);
}

bool systemctl_units(const char *words, char *const *units, bool user, GError **error)
{
    g_autoptr(GPtrArray) argv = systemctl_command(words, units, user);

    return spawn_run((char *const *)argv->pdata, environment_of(user), -1, NULL, error);
}

bool systemctl_read(const char *words, char *const *units, bool user, char **ret, GError **error)
{
    g_autoptr(GPtrArray) argv = systemctl_command(words, units, user);

    return spawn_read((char *const *)argv->pdata, environment_of(user), -1, NULL, false, ret, error);
}
