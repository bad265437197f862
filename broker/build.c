/* build.c - see build.h.
 *
 * Closed first, published last: the firewall stands before the first link is up, the record that is written ahead lets anybody
 * undo a half-built namespace, and the record renamed into place with ready = true is the last step. */
#include "build.h"

#include "attach.h"
#include "conf.h"
#include "device.h"
#include "firewall.h"
#include "forwarding.h"
#include "hooks.h"
#include "inside.h"
#include "lock.h"
#include "plan.h"
#include "resolv.h"
#include "route.h"
#include "say.h"
#include "spawn.h"
#include "undo.h"

#include <unistd.h>

/* What is about to be made, for whoever finds the record after a kill -9. */
static json_t *planned(const Conf *conf)
{
    json_t *links = json_array();

    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        bool create = false;
        const char *peer = link->kind->peer ? link->kind->peer(link) : NULL;
        const char *bridge = link->kind->bridge ? link->kind->bridge(link, &create) : NULL;
        char name[IFNAMSIZ], host_name[IFNAMSIZ];
        plan_link_names(conf, link, name, host_name);
        json_array_append_new(links, json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "label", link->label, "kind", link->kind->name, "name",
                                               name, "host", host_name[0] ? host_name : NULL, "peer_namespace", peer, "bridge",
                                               create ? bridge : NULL));
    }
    return json_pack("{s:o, s:b}", "links", links, "firewall", conf->firewall.file != NULL);
}

static Record *record_new(const Conf *conf)
{
    Record *record = g_new0(Record, 1);

    record->name = g_strdup(conf->name);
    record->type = g_strdup(conf->type);
    record->digest = g_strdup(conf->digest);
    record->detail = planned(conf);
    return record;
}

/* The namespace to build in: a new one, or with Adopt=yes the one that somebody made under this name. */
static int open_namespace(const Conf *conf, Record *record, GError **error)
{
    int fd = nsfs_open(conf->name, NULL);

    if (fd < 0)
        return nsfs_create(error);
    record->adopted = conf->ns.adopt;
    if (record->adopted)
        return fd;
    close(fd);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                "a network namespace %s is there already and was not made by netns-broker; Adopt=yes in its [Namespace] section takes it over",
                conf->name);
    return -1;
}

static bool run_hooks(const Conf *conf, HookPoint point, const Plan *plan, int nsfd, GError **error)
{
    const LinkPlan *first = plan && plan->links->len > 0 ? plan->links->pdata[0] : NULL;

    return hooks_run(conf, point, nsfd, first ? first->name : NULL, first ? first->host_name : NULL, error);
}

/* Firewall and settings stand before any link is there. @flush: a former file's ruleset may be there. */
static bool prepare_inside(const Conf *conf, const Plan *plan, bool flush, GError **error)
{
    g_autofree char *cite = NULL;

    if (!inside_prepare(conf, plan->nsfd, plan->inside, error))
        return false;
    if ((conf->firewall.file || flush) && !firewall_load(conf->firewall.file, plan->nsfd, error)) {
        cite = conf->firewall.line ? conf_cite_line(conf->firewall.line) : g_strdup(conf->name);
        g_prefix_error(error, "%s: ", cite);
        return false;
    }
    return run_hooks(conf, HOOK_INSIDE_PRE_UP, plan, plan->nsfd, error);
}

static bool make_links(const Plan *plan, bool refresh, GError **error)
{
    for (guint i = 0; i < plan->links->len; i++) {
        LinkPlan *link = plan->links->pdata[i];
        if (!attach_link(plan, link, refresh, error))
            return false;
    }
    if (!route_queue_all(plan, error))
        return false;
    rule_queue_all(plan);
    return nl_run(plan->inside, error);
}

static bool fill(const Conf *conf, Record *record, int nsfd, Nl *host, GError **error)
{
    g_autoptr(Plan) plan = plan_new(conf, nsfd, host, error);

    if (!plan)
        return false;
    if (!prepare_inside(conf, plan, json_is_true(json_object_get(record->detail, "flush")), error) || !make_links(plan, record->ready, error) || !resolv_write(conf, error))
        return false;
    inside_describe(plan, record->detail);
    if (!record->adopted && !record->ready && !nsfs_pin(nsfd, conf->name, error))
        return false;
    return run_hooks(conf, HOOK_INSIDE_POST_UP, plan, nsfd, error) && run_hooks(conf, HOOK_POST_UP, plan, -1, error);
}

static bool make(const Conf *conf, Record *record, Nl *host, GError **error)
{
    int nsfd;
    bool fine;

    if (!run_hooks(conf, HOOK_PRE_UP, NULL, -1, error) || !nsfs_prepare(error))
        return false;
    nsfd = open_namespace(conf, record, error);
    if (nsfd < 0)
        return false;
    fine = nsfs_id(nsfd, &record->id, error) && record_save(record, error) && fill(conf, record, nsfd, host, error);
    if (fine) {
        record->ready = true;
        fine = record_save(record, error);
        record->ready = fine;
    }
    if (!fine) {
        g_autoptr(GError) also = NULL;
        /* by the fd: it may not be pinned yet */
        if (!undo_contents(record, nsfd, host, &also) || !undo_all(record, host, &also))
            say_warning("%s: %s", conf->name, also->message);
    }
    close(nsfd);
    return fine;
}

/* The file has changed: what is inside is made anew, the namespace and the programs in it stay. */
static bool change(const Conf *conf, const Record *old, int nsfd, Nl *host, GError **error)
{
    g_autoptr(Record) record = record_new(conf);

    record->ready = true;
    record->adopted = old->adopted;
    record->id = old->id;
    json_object_set(record->detail, "flush", json_object_get(old->detail, "firewall"));
    if (!undo_contents(old, nsfd, host, error) || !record_save(record, error))
        return false;
    if (fill(conf, record, nsfd, host, error) && record_save(record, error))
        return true;
    /* keep the namespace, but let the next `up` try again */
    g_clear_pointer(&record->digest, g_free);
    (void)undo_contents(record, nsfd, host, NULL);
    (void)record_save(record, NULL);
    return false;
}

/* Interfaces may have come to the host since, a firewall restart may have taken our table: cheap to look. */
static bool refresh(const Conf *conf, const Record *record, GError **error)
{
    json_t *links = json_object_get(record->detail, "links");
    bool fine = true;

    for (size_t i = 0; fine && i < conf->links->len && i < json_array_size(links); i++)
        fine = attach_refresh(conf, conf->links->pdata[i],
                               json_string_value(json_object_get(json_array_get(links, i), "host")), error);
    return fine;
}

static bool up_again(const Conf *conf, const Record *record, int nsfd, Nl *host, BuildResult *ret, GError **error)
{
    bool same = g_strcmp0(record->digest, conf->digest) == 0;

    *ret = same ? BUILD_UNCHANGED : BUILD_CHANGED;
    return same ? refresh(conf, record, error) : change(conf, record, nsfd, host, error);
}

static bool up_locked(const char *name, const char *type, Nl *host, BuildResult *ret, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Record) old = record_load(name, &unreadable);
    g_autoptr(Conf) conf = conf_load(name, type ? type : (old ? old->type : NULL), CONF_STRICT, NULL, error);
    int nsfd = old ? undo_namespace(old) : -1;
    bool fine = conf != NULL;

    if (unreadable)
        say_warning("%s: %s", name, unreadable->message);
    if (fine && old && old->ready && nsfd >= 0) {
        fine = up_again(conf, old, nsfd, host, ret, error);
    } else if (fine) {
        g_autoptr(Record) record = record_new(conf);
        *ret = BUILD_MADE;
        fine = (!old || undo_all(old, host, error)) && make(conf, record, host, error);
    }
    if (nsfd >= 0)
        close(nsfd);
    return fine;
}

bool build_up(const char *name, const char *type, Nl *host, BuildResult *ret, GError **error)
{
    int lock = lock_take(name, error);
    bool fine;

    if (lock < 0)
        return false;
    fine = up_locked(name, type, host, ret, error);
    close(lock);
    return fine;
}

static void down_hooks(const Conf *conf, const Record *record, bool before, int nsfd)
{
    json_t *link = json_array_get(json_object_get(record->detail, "links"), 0);
    const char *ifname = json_string_value(json_object_get(link, "name"));
    const char *host_ifname = json_string_value(json_object_get(link, "host"));
    g_autoptr(GError) inside = NULL, outside = NULL;

    if (!conf)
        return;
    if (nsfd >= 0 && !hooks_run(conf, before ? HOOK_INSIDE_PRE_DOWN : HOOK_INSIDE_POST_DOWN, nsfd, ifname, host_ifname, &inside))
        say_warning("%s", inside->message);
    if (!hooks_run(conf, before ? HOOK_PRE_DOWN : HOOK_POST_DOWN, -1, ifname, host_ifname, &outside))
        say_warning("%s", outside->message);
}

/* The file only for its hooks: one that was removed or broken meanwhile keeps nothing up. */
static Conf *down_conf(const Record *record)
{
    g_autoptr(GError) slip = NULL;
    Conf *conf = conf_load(record->name, record->type, CONF_STRICT, NULL, &slip);

    if (slip && !g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        say_warning("%s; its hooks are not run", slip->message);
    return conf;
}

/* A record that is not ready: its hooks have run, or it never came up. */
static bool down_begin(const Conf *conf, Record *record, int nsfd, GError **error)
{
    if (!record->ready)
        return true;
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

    if (unreadable)
        g_propagate_error(error, g_error_copy(unreadable));
    if (!record)
        return !unreadable;
    nsfd = undo_namespace(record);
    fine = down_begin(conf, record, nsfd, error) && undo_all(record, host, error);
    down_hooks(conf, record, false, nsfd);
    if (nsfd >= 0)
        close(nsfd);
    return fine;
}

/* What is left of it, where somebody keeps the namespace alive, can be found from the host; and nothing is to run inside afterwards. */
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

bool build_down_begin(const char *name, GError **error)
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

G_GNUC_NORETURN static void down_detached(const char *name, Nl *host)
{
    g_autoptr(GError) error = NULL;

    if (down_locked(name, host, &error))
        _exit(0);
    say_error("%s: not all of it could be removed: %s", name, error->message);
    _exit(1);
}

bool build_down(const char *name, Nl *host, bool block, GError **error)
{
    int lock = lock_take(name, error);
    pid_t pid = -1;
    bool fine;

    if (lock < 0)
        return false;
    if (!block)
        pid = spawn_detach(error);
    if (pid == 0)
        down_detached(name, host);
    fine = block ? down_locked(name, host, error) : pid > 0;
    close(lock);
    return fine;
}
