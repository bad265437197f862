/* save.c - netnsctl save-firewall: the live rules of a namespace, back into its file. */
#include "save.h"

#include "lock.h"
#include "ruleset-save.h"
#include "say.h"
#include "undo.h"

#include <stdio.h>
#include <unistd.h>

static void tell(const char *name, const RulesetSaved *saved)
{
    g_autofree char *base = g_path_get_basename(saved->path);

    if (!saved->written)
        say_info("%s: %s: nothing has changed, the file is left as it is", name, saved->path);
    else if (saved->loaded)
        say_info("%s: saved in %s", name, saved->path);
    else
        say_info("%s: saved in %s; it is loaded with File=%s in [Firewall]", name, saved->path, base);
}

static bool save_up(const Conf *conf, Record *record, int nsfd, GError **error)
{
    g_auto(RulesetSaved) saved = {NULL, false, false};

    if (!ruleset_save(conf, record, nsfd, "netnsctl save-firewall", &saved, error) ||
        (saved.written && !record_save(record, error)))
        return false;
    tell(conf->name, &saved);
    return true;
}

static bool save_locked(const char *name, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Record) record = record_load(name, &unreadable);
    g_autoptr(Conf) conf = NULL;
    int nsfd = record && record->ready ? undo_namespace(record) : -1;
    bool fine;

    if (unreadable)
        g_propagate_error(error, g_error_copy(unreadable));
    else if (nsfd < 0)
        g_set_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND, "it is not up, or was not made by netns-broker");
    if (nsfd < 0)
        return false;
    conf = conf_load(name, record->asked ? record->type : NULL, CONF_STRICT, NULL, error);
    fine = conf && save_up(conf, record, nsfd, error);
    close(nsfd);
    return fine;
}

static bool save_one(const char *name)
{
    g_autoptr(GError) error = NULL;
    int lock = conf_name_valid(name, &error) ? lock_take(name, &error) : -1;
    bool fine = lock >= 0 && save_locked(name, &error);

    if (lock >= 0)
        close(lock);
    if (!fine)
        say_error("%s: not saved: %s", name, say_without(name, error->message));
    return fine;
}

int save_firewall_main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2 || argv[1][0] == '-')
        return say_usage("save-firewall NAME...");
    if (geteuid() != 0) {
        say_error("only root can do this");
        return 1;
    }
    for (int i = 1; i < argc; i++)
        status = save_one(argv[i]) ? status : 1;
    return status;
}
