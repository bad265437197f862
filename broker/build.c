/* build.c - see build.h.
 *
 * Closed first, published last: the firewall stands before the first link is up, the record that is written
 * ahead lets anybody undo a half-built namespace, and the record renamed into place with ready = true is the
 * last step. */
#include "build.h"

#include "attach.h"
#include "build-names.h"
#include "client-file.h"
#include "conf.h"
#include "device.h"
#include "dhcp.h"
#include "duplicate.h"
#include "endpoint.h"
#include "etc-mount.h"
#include "forwarding.h"
#include "hold.h"
#include "hooks.h"
#include "inside.h"
#include "lock.h"
#include "needed.h"
#include "opening.h"
#include "passage.h"
#include "plan.h"
#include "planned.h"
#include "ports.h"
#include "resolver.h"
#include "rival.h"
#include "route.h"
#include "ruleset.h"
#include "say.h"
#include "servers.h"
#include "taken.h"
#include "undo.h"

#include <unistd.h>

/* Of what is built: who may enter and what it is called changes nothing of it, and a comment neither. The
 * ruleset has a digest of its own. */
char *build_digest(const Conf *conf)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < conf->lines->len; i++) {
        const ConfLine *line = conf->lines->pdata[i];
        g_autofree char *text =
            g_strdup_printf("[%s %s]%s=%s\n", line->section, line->label, line->key, line->value);
        if (!g_str_equal(line->section, "Access") && !g_str_equal(line->section, "Firewall") &&
            !g_str_equal(line->key, "Description"))
            g_checksum_update(sum, (const guchar *)text, -1);
    }
    if (conf->secrets)
        g_checksum_update(sum, (const guchar *)conf->secrets, -1);
    if (conf->client_files)
        g_checksum_update(sum, (const guchar *)conf->client_files, -1);
    return g_strdup(g_checksum_get_string(sum));
}

static Record *record_new(const Conf *conf, bool asked)
{
    Record *record = g_new0(Record, 1);

    record->asked = asked;
    record->name = g_strdup(conf->name);
    record->type = g_strdup(conf->type);
    record->digest = build_digest(conf);
    record->ruleset = g_strdup(ruleset_digest(conf));
    record->detail = planned_detail(conf);
    return record;
}

static bool keeps_its_own(const Conf *conf, GError **error)
{
    g_autofree char *cite = conf_cite_line(conf->firewall.line);

    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                "%s: the namespace was there before and keeps its own ruleset", cite);
    return false;
}

/* An error about the ruleset, behind the line of File=. Always false. */
static bool ruleset_failed(const Conf *conf, GError **error)
{
    g_autofree char *cite = conf->firewall.line ? conf_cite_line(conf->firewall.line) : g_strdup(conf->name);

    g_prefix_error(error, "%s: ", cite);
    return false;
}

/* The namespace to build in: a new one, or with Adopt=yes the one that somebody made under this name. */
static int open_namespace(const Conf *conf, Record *record, GError **error)
{
    int fd = nsfs_open(conf->name, NULL);

    if (fd < 0)
        return nsfs_create(error);
    record->adopted = conf->ns.adopt;
    if (record->adopted && !conf->firewall.file)
        return fd;
    close(fd);
    if (record->adopted) {
        (void)keeps_its_own(conf, error);
        return -1;
    }
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                "a network namespace %s is there already and was not made by netns-broker; Adopt=yes in its "
                "[Namespace] section takes it over",
                conf->name);
    return -1;
}

static bool run_hooks(const Conf *conf, HookPoint point, const Plan *plan, int nsfd, GError **error)
{
    const LinkPlan *first = plan && plan->links->len > 0 ? plan->links->pdata[0] : NULL;

    return hooks_run(conf, point, nsfd, first ? first->name : NULL, first ? first->host_name : NULL, error);
}

/* Firewall and settings stand before any link of ours is there. @flush: a former file's ruleset may be there,
 * and links that somebody else has put in. */
static bool prepare_inside(const Conf *conf, const Plan *plan, Record *record, bool flush, GError **error)
{
    json_t *old = json_object_get(record->detail, "sysctls");

    if (!inside_prepare(conf, plan->nsfd, plan->inside, old, error))
        return false;
    if (json_object_size(old) > 0 && !record_save(record, error))
        return false;
    if (flush ? !servers_reload_ruleset(conf, plan->nsfd, error)
              : conf->firewall.ruleset && !ruleset_load(conf->firewall.ruleset, plan->nsfd, error))
        return ruleset_failed(conf, error);
    return run_hooks(conf, HOOK_INSIDE_PRE_UP, plan, plan->nsfd, error);
}

static bool make_links(const Plan *plan, bool refresh, GError **error)
{
    for (guint i = 0; i < plan->links->len; i++) {
        LinkPlan *link = plan->links->pdata[i];
        if (!link->conf->kind->awaits && !attach_link(plan, link, refresh, error))
            return false;
    }
    if (!route_queue_all(plan, error))
        return false;
    rule_queue_all(plan);
    return nl_run(plan->inside, error) && duplicate_wait(plan, error);
}

/* Described and saved before, so that others who come up see it. */
static bool open_it(const Conf *conf, const Record *record, Nl *host, GError **error)
{
    return (!opening_is_wanted(conf) || record_save(record, error)) &&
           opening_set(conf, record->detail, host, error);
}

/* The last step. Who opens nothing itself is saved with its addresses only now: whoever may reach it, and
 * came up meanwhile, did not find it. */
static bool finish(const Conf *conf, const Record *record, Nl *host, GError **error)
{
    bool own = conf->ports->len > 0 || conf->nat.namespace_access[0];

    return record_save(record, error) && etc_mount_add(conf, error) && endpoint_note(record, error) &&
           (own || !opening_is_wanted(conf) || opening_set(conf, record->detail, host, error));
}

/* Somebody may take its end in the host for a network card, and undo all of it a second from now. */
static void warn_of_rivals(const Plan *plan)
{
    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        bool ours = link->host_name[0] && link->outer_nsfd < 0;
        g_auto(GStrv) words = ours ? rival_words(link->host_name) : NULL;
        for (char **word = words; word && *word; word++)
            say_warning("%s: %s", plan->conf->name, *word);
    }
}

/* What is taken is written down before, and the namespace is kept: whatever happens to us, or to its name,
 * the host gets its interfaces back. So is one with DHCP clients: they keep it alive, and whoever ends them
 * has to find the links in it. */
static bool remember_namespace(const Plan *plan, Record *record, GError **error)
{
    bool takes = plan_takes(plan);

    if (!takes && !dhcp_is_wanted(plan->conf))
        return true;
    if (takes)
        taken_describe(plan, record->detail);
    return record_save(record, error) && nsfs_keep(plan->nsfd, record->name, error);
}

/* @again: the namespace is up and pinned already, and may have a former file's ruleset. */
static bool fill(const Conf *conf, Record *record, int nsfd, bool again, Nl *host, GError **error)
{
    g_autoptr(Plan) plan = plan_new(conf, nsfd, host, error);

    if (!plan || !remember_namespace(plan, record, error) ||
        !prepare_inside(conf, plan, record, again && !record->adopted && record->ruleset, error) ||
        !hold_make(conf->name, error) || !servers_set(conf, record, nsfd, SERVERS_CLOSE, error) ||
        !make_links(plan, again, error) || !names_follow(conf, record, nsfd, again, error) ||
        !dhcp_start(plan, record, error))
        return false;
    inside_describe(plan, record->detail);
    warn_of_rivals(plan);
    ports_describe(conf, record->detail);
    endpoint_describe(conf, record->detail);
    if (!record->adopted && !again && !nsfs_pin(nsfd, conf->name, error))
        return false;
    return names_serve(conf, record, nsfd, error) && open_it(conf, record, host, error) &&
           run_hooks(conf, HOOK_INSIDE_POST_UP, plan, nsfd, error) &&
           run_hooks(conf, HOOK_POST_UP, plan, -1, error) && names_serve(conf, record, nsfd, error);
}

static bool make(const Conf *conf, Record *record, Nl *host, GError **error)
{
    int nsfd;
    bool fine;

    if (!ports_check(conf, error) || !resolver_check(conf, error) || !dhcp_check(conf, error) ||
        !run_hooks(conf, HOOK_PRE_UP, NULL, -1, error) || !nsfs_prepare(error))
        return false;
    nsfd = open_namespace(conf, record, error);
    if (nsfd < 0)
        return false;
    fine = nsfs_id(nsfd, &record->id, error) && record_save(record, error) &&
           fill(conf, record, nsfd, false, host, error);
    if (fine) {
        record->ready = true;
        fine = finish(conf, record, host, error);
        record->ready = fine;
    }
    if (!fine) {
        g_autoptr(GError) also = NULL;
        /* by the fd, as it may not be pinned yet; and then what has a name, whatever became of the first */
        bool contents = undo_contents(record, nsfd, host, &also);
        bool rest = undo_all(record, host, contents ? &also : NULL);
        if (!contents || !rest)
            say_warning("%s: %s", conf->name, also->message);
    }
    close(nsfd);
    return fine;
}

/* The file has changed, or a link has gone: what is inside is made anew, the namespace and the programs in it
 * stay. Until that is done the record has no digest, so that whoever comes after a kill -9, or a failure,
 * does it again. A ruleset that would not load is found before anything goes. */
static bool change(const Conf *conf, Record *old, bool asked, int nsfd, Nl *host, GError **error)
{
    g_autoptr(Record) record = record_new(conf, asked);
    g_autofree char *digest = g_steal_pointer(&record->digest);
    g_autofree char *ruleset = g_steal_pointer(&record->ruleset);

    if (!ports_check(conf, error) || !resolver_check(conf, error) || !dhcp_check(conf, error))
        return false;
    record->ready = true;
    record->adopted = old->adopted;
    record->id = old->id;
    record->ruleset = old->ruleset || ruleset ? g_strdup("") : NULL;
    if (!ruleset_test(conf->firewall.ruleset, error))
        return ruleset_failed(conf, error);
    /* from here on `watch` lets it be */
    g_clear_pointer(&old->digest, g_free);
    if (!record_save(old, error))
        return false;
    if (!undo_contents(old, nsfd, host, error) || !record_save(record, error))
        return false;
    if (!fill(conf, record, nsfd, true, host, error)) {
        (void)undo_contents(record, nsfd, host, NULL);
        return false;
    }
    g_free(record->ruleset);
    record->ruleset = g_steal_pointer(&ruleset);
    record->digest = g_steal_pointer(&digest);
    return finish(conf, record, host, error);
}

/* Interfaces may have come to the host since, a firewall's restart may have taken our table, who watches may
 * have ended: cheap to look.
 */
static bool refresh(const Conf *conf, const Record *record, int nsfd, Nl *host, GError **error)
{
    return names_write(conf, record, nsfd, SERVERS_SERVE, error) &&
           attach_refresh(conf, record->detail, host, error) && names_keep_leases(conf, nsfd, error) &&
           dhcp_start_again(conf, record, nsfd, error) && endpoint_note(record, error) &&
           opening_set(conf, record->detail, host, error);
}

/* The links are as they were, and stay. */
static bool change_ruleset(const Conf *conf, Record *record, int nsfd, Nl *host, GError **error)
{
    if (!servers_reload_ruleset(conf, nsfd, error))
        return ruleset_failed(conf, error);
    g_free(record->ruleset);
    record->ruleset = g_strdup(ruleset_digest(conf));
    return record_save(record, error) && refresh(conf, record, nsfd, host, error);
}

static bool up_again(const Conf *conf, Record *record, bool asked, int nsfd, Nl *host, BuildResult *ret,
                     GError **error)
{
    g_autofree char *digest = build_digest(conf);
    bool links = g_strcmp0(record->digest, digest) == 0 && undo_intact(record, nsfd, host);
    bool rules = g_strcmp0(record->ruleset, ruleset_digest(conf)) == 0;
    /* they may rest on the ruleset, or add to it: they have to run again */
    bool hooks = conf->hooks[HOOK_INSIDE_PRE_UP]->len > 0 || conf->hooks[HOOK_INSIDE_POST_UP]->len > 0;

    *ret = links && rules ? BUILD_UNCHANGED : BUILD_CHANGED;
    if (record->adopted && conf->firewall.file)
        return keeps_its_own(conf, error);
    if (links && rules)
        return refresh(conf, record, nsfd, host, error);
    return links && !hooks ? change_ruleset(conf, record, nsfd, host, error)
                           : change(conf, record, asked, nsfd, host, error);
}

static bool up_anew(const Conf *conf, const Record *old, bool asked, Nl *host, BuildResult *ret,
                    GError **error)
{
    g_autoptr(Record) record = record_new(conf, asked);

    *ret = BUILD_MADE;
    return (!old || undo_all(old, host, error)) && make(conf, record, host, error);
}

/* What in them is not done is told each time: it may be what the admin counts on. */
static bool files_read(Conf *conf, GError **error)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    bool fine = link_read_files(conf, notes, error) && client_files_read(conf, error);

    for (guint i = 0; i < notes->len; i++)
        say_warning("%s: %s", conf->name, (const char *)notes->pdata[i]);
    return fine;
}

static bool up_locked(const char *name, const char *type, Nl *host, BuildResult *ret, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Record) old = record_load(name, &unreadable);
    const char *asked = type ? type : (old && old->asked ? old->type : NULL);
    g_autoptr(Conf) conf = conf_load(name, asked, CONF_STRICT, NULL, error);
    int nsfd = old ? undo_namespace(old) : -1;
    bool fine = conf && ruleset_read(conf, error) && files_read(conf, error);

    if (fine)
        dhcp_settle(conf);
    *ret = old && old->ready && nsfd >= 0 ? BUILD_CHANGED : BUILD_MADE;
    if (unreadable)
        say_warning("%s: %s", name, unreadable->message);
    fine = fine && needed_start(conf, host, error);
    if (fine && old && old->ready && nsfd >= 0)
        fine = up_again(conf, old, asked != NULL, nsfd, host, ret, error);
    else if (fine)
        fine = up_anew(conf, old, asked != NULL, host, ret, error);
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
    record_sweep(name);
    fine = up_locked(name, type, host, ret, error);
    if (!fine && error)
        record_blame(name, (*error)->message);
    lock_release(lock);
    if (fine && forwarding_is_needed_by(name))
        passage_follow();
    return fine;
}
