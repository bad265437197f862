/* teardown.c - see teardown.h. */
#include "teardown.h"

#include "hooks.h"
#include "link.h"
#include "lock.h"
#include "ruleset-save.h"
#include "say.h"
#include "spawn.h"
#include "undo.h"
#include "unit.h"

#include <unistd.h>

static void down_hooks(const Conf *conf, const Record *record, bool before, int nsfd)
{
    json_t *link = json_array_get(json_object_get(record->detail, "links"), 0);
    const char *ifname = json_string_value(json_object_get(link, "name"));
    const char *host_ifname = json_string_value(json_object_get(link, "host"));
    g_autoptr(GError) inside = NULL, outside = NULL;

    if (!conf)
        return;
    if (nsfd >= 0 && !hooks_run(conf, before ? HOOK_INSIDE_PRE_DOWN : HOOK_INSIDE_POST_DOWN, nsfd, ifname,
                                host_ifname, &inside))
        say_warning("%s", inside->message);
    if (!hooks_run(conf, before ? HOOK_PRE_DOWN : HOOK_POST_DOWN, -1, ifname, host_ifname, &outside))
        say_warning("%s", outside->message);
}

/* The file only for its hooks and AutoSave=: one that was removed or broken meanwhile keeps nothing up. */
static Conf *down_conf(const Record *record)
{
    g_autoptr(GError) slip = NULL;
    Conf *conf = conf_load(record->name, record->asked ? record->type : NULL, CONF_STRICT, NULL, &slip);

    if (slip && !g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        say_warning("%s; its hooks are not run, nor its rules saved", slip->message);
    return conf;
}

/* The namespace goes all the same: who stops it must not be kept by a full disk. */
static void auto_save(const Conf *conf, Record *record, int nsfd)
{
    g_auto(RulesetSaved) saved = {NULL, false, false};
    g_autoptr(GError) error = NULL;

    if (conf && conf->firewall.auto_save && nsfd >= 0 &&
        !ruleset_save(conf, record, nsfd, "AutoSave=yes", &saved, &error))
        say_warning("%s: the rules are not saved: %s", conf->name, error->message);
}

/* A record that is not ready: its hooks have run, or it never came up. */
static bool down_begin(const Conf *conf, Record *record, int nsfd, GError **error)
{
    if (!record->ready)
        return true;
    auto_save(conf, record, nsfd);
    down_hooks(conf, record, true, nsfd);
    record->ready = false;
    return record_save(record, error);
}

static bool down_locked(const char *name, Nl *host, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Record) record = record_load(name, &unreadable);
    g_autoptr(Conf) conf = record ? down_conf(record) : NULL;
    int nsfd;
    bool fine;

    record_sweep(name);
    if (unreadable)
        g_propagate_error(error, g_error_copy(unreadable));
    if (!record) {
        nsfd = unreadable ? -1 : nsfs_open(name, NULL);
        if (nsfd >= 0) {
            close(nsfd);
            say_warning("%s: that network namespace was made by somebody else, it is left alone", name);
        }
        return !unreadable;
    }
    nsfd = undo_namespace(record);
    fine = down_begin(conf, record, nsfd, error) && undo_all(record, host, error);
    down_hooks(conf, record, false, nsfd);
    if (nsfd >= 0)
        close(nsfd);
    unit_release(name);
    return fine;
}

/* What is left of it, where somebody keeps the namespace alive, can be found from the host; and nothing is to
 * run inside afterwards. */
static bool goes_by_itself(const Record *record, const Conf *conf)
{
    const json_t *links = json_object_get(record->detail, "links");
    size_t i;
    json_t *link;

    if (record->adopted || (conf && conf->hooks[HOOK_INSIDE_POST_DOWN]->len > 0))
        return false;
    json_array_foreach(links, i, link)
    {
        const LinkKind *kind = link_kind_find(json_string_value(json_object_get(link, "kind")));
        if (!kind || !kind->born_outside || json_object_get(link, "peer_namespace"))
            return false;
    }
    return true;
}

bool teardown_begin(const char *name, GError **error)
{
    g_autoptr(Record) record = NULL;
    g_autoptr(Conf) conf = NULL;
    int lock = lock_take(name, error), nsfd;
    bool fine = true;

    if (lock < 0)
        return false;
    record = record_load(name, NULL);
    conf = record && record->ready ? down_conf(record) : NULL;
    nsfd = record && goes_by_itself(record, conf) ? undo_namespace(record) : -1;
    if (nsfd >= 0) {
        fine = down_begin(conf, record, nsfd, error) && nsfs_unpin(name, error);
        close(nsfd);
    }
    close(lock);
    return fine;
}

/* With a socket of its own: on a shared one the children would read each other's answers. */
G_GNUC_NORETURN static void down_detached(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Nl) host = nl_open(&error);

    if (host && down_locked(name, host, &error))
        _exit(0);
    say_error("%s: not all of it could be removed: %s", name, say_without(name, error->message));
    _exit(1);
}

bool teardown(const char *name, Nl *host, bool block, GError **error)
{
    int lock = lock_take(name, error);
    pid_t pid = -1;
    bool fine;

    if (lock < 0)
        return false;
    if (!block)
        pid = spawn_detach(error);
    if (pid == 0)
        down_detached(name);
    fine = block ? down_locked(name, host, error) : pid > 0;
    close(lock);
    if (block)
        unit_wait_released(name);
    return fine;
}

bool teardown_gone(const char *name, Nl *host, GError **error)
{
    g_autoptr(GError) failure = NULL;
    int lock = lock_take(name, &failure);
    g_autoptr(Record) record = lock >= 0 ? record_load(name, &failure) : NULL;
    bool fine = !failure;

    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    if (record && undo_has_gone(record)) {
        say_info("%s: somebody has removed its network namespace; what it left is taken away", name);
        fine = down_locked(name, host, error);
    }
    if (lock >= 0)
        close(lock);
    return fine;
}
