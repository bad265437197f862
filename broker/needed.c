/* needed.c - see needed.h. */
#include "needed.h"

#include "booted.h"
#include "build.h"
#include "needs.h"
#include "undo.h"
#include "unit.h"

#include <unistd.h>

/* Somebody else's namespace of this name will do as well. */
static bool is_up(const char *name)
{
    g_autoptr(Record) record = record_load(name, NULL);
    int fd = record ? undo_namespace(record) : nsfs_open(name, NULL);

    if (fd >= 0)
        close(fd);
    return fd >= 0 && (!record || record->ready);
}

/* As its unit, so that stopping it, its log and its failure are where the admin looks for them. */
static bool start(const char *name, Nl *host, GError **error)
{
    BuildResult result;

    if (booted_with_systemctl())
        return unit_start(name, error);
    if (build_up(name, NULL, host, &result, error))
        return true;
    g_prefix_error(error, "%s is not up: ", name);
    return false;
}

bool needed_start(const Conf *conf, Nl *host, GError **error)
{
    g_auto(GStrv) needs = needs_of(conf);
    g_autofree char *circle = needs[0] ? needs_circle(conf) : NULL;
    g_autofree char *second = needs[0] ? needs_second_way(conf) : NULL;

    if (circle || second) {
        g_set_error_literal(error, CONF_ERROR, CONF_ERROR_INVALID, circle ? circle : second);
        return false;
    }
    for (char **need = needs; *need; need++)
        if (!is_up(*need) && !start(*need, host, error))
            return false;
    return true;
}

bool needed_up(const char *name, Nl *host, GError **error)
{
    return is_up(name) || start(name, host, error);
}
