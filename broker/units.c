/* units.c - systemd's manager, over D-Bus: jobs are queued and waited for. */
#include "units.h"

#include "bus.h"
#include "namespace-unit.h"

#include <stdlib.h>
#include <string.h>

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE "org.freedesktop.systemd1.Manager"
#define CALL_TIMEOUT_MS 25000
/* Beyond the unit's own TimeoutStartSec=: only for a manager that went away in the middle. */
#define JOB_SECONDS 150

/* What was asked of the manager: one job for a start, any number for a stop. */
typedef struct Work {
    char *name;
    const char *method; /* ReloadOrRestartUnit, StopUnit or RestartUnit */
    const char *mode;
    const char
        *then;    /* StopUnit or RestartUnit, where it is started only to be that properly; NULL: it is not */
    bool by_hand; /* it is up without a unit, perhaps */
    bool over;    /* answered: late replies change nothing */
    GDBusConnection *bus;
    guint signal;        /* subscription to JobRemoved */
    guint limit;         /* GSource */
    unsigned calls;      /* unanswered */
    GHashTable *pending; /* job paths */
    GHashTable *ended;   /* job path -> result, of any unit, while calls are unanswered: a signal may overtake
                            the reply's handling */
    GError *error;       /* the first */
} Work;

static void units_list(GTask *task);

static void work_free(gpointer pointer)
{
    Work *work = pointer;
    g_clear_handle_id(&work->limit, g_source_remove);
    g_clear_object(&work->bus);
    g_hash_table_unref(work->pending);
    g_hash_table_unref(work->ended);
    g_clear_error(&work->error);
    g_free(work->name);
    g_free(work);
}

static void fail(Work *work, GError *error)
{
    if (work->error)
        g_error_free(error);
    else
        work->error = error;
}

static void call(GTask *task, const char *method, GVariant *arguments, const char *type,
                 GAsyncReadyCallback done)
{
    Work *work = g_task_get_task_data(task);
    g_dbus_connection_call(work->bus, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER_INTERFACE, method, arguments,
                           type ? G_VARIANT_TYPE(type) : NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL,
                           done, g_object_ref(task));
}

static GVariant *call_finish(GObject *source, GAsyncResult *result, const char *method, GError **error)
{
    GVariant *answer = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, error);
    if (!answer && error) {
        g_dbus_error_strip_remote_error(*error);
        g_prefix_error(error, "systemd: %s: ", method);
    }
    return answer;
}

static void subscription_end(Work *work)
{
    guint signal = work->signal;
    work->signal = 0;
    if (signal)
        g_dbus_connection_signal_unsubscribe(work->bus, signal);
}

/* Ends the task when nothing is awaited any more. Until then the subscription's reference keeps it alive. */
static void work_settle(GTask *task)
{
    Work *work = g_task_get_task_data(task);
    if (work->over || work->calls > 0 || (g_hash_table_size(work->pending) > 0 && !work->error))
        return;
    if (!work->error && work->then) {
        work->method = work->then;
        work->then = NULL;
        units_list(task);
        return;
    }
    work->over = true;
    g_clear_handle_id(&work->limit, g_source_remove);
    g_object_ref(task);
    subscription_end(work);
    if (work->error)
        g_task_return_error(task, g_steal_pointer(&work->error));
    else
        g_task_return_boolean(task, TRUE);
    g_object_unref(task);
}

static void job_ended(Work *work, const char *job, const char *result)
{
    if (g_hash_table_remove(work->pending, job) && strcmp(result, "done") != 0)
        fail(work, g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "systemd's job for %s ended with \"%s\"",
                               work->name, result));
}

static void job_removed(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                        const char *signal, GVariant *arguments, gpointer user)
{
    GTask *task = user;
    Work *work = g_task_get_task_data(task);
    const char *job, *unit, *result;
    if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(uoss)")))
        return;
    g_variant_get(arguments, "(u&o&s&s)", NULL, &job, &unit, &result);
    if (work->calls > 0)
        g_hash_table_replace(work->ended, g_strdup(job), g_strdup(result));
    job_ended(work, job, result);
    work_settle(task);
}

static gboolean overdue(gpointer user)
{
    GTask *task = user;
    Work *work = g_task_get_task_data(task);
    work->limit = 0;
    work->over = true;
    g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                            "systemd's job for %s takes more than %d s", work->name, JOB_SECONDS);
    subscription_end(work);
    return G_SOURCE_REMOVE;
}

/* Answer to ReloadOrRestartUnit, StopUnit or RestartUnit: the job's path. The unit's name is not in it. */
static void job_queued(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    Work *work = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(GVariant) answer = call_finish(source, result, work->method, &error);
    work->calls--;
    if (!answer) {
        fail(work, error);
    } else {
        const char *job, *early;
        g_variant_get(answer, "(&o)", &job);
        g_hash_table_add(work->pending, g_strdup(job));
        early = g_hash_table_lookup(work->ended, job);
        if (early)
            job_ended(work, job, early);
    }
    work_settle(task);
}

static void job_queue(GTask *task, const char *unit)
{
    Work *work = g_task_get_task_data(task);
    work->calls++;
    call(task, work->method, g_variant_new("(ss)", unit, work->mode), "(o)", job_queued);
}

/* Nothing is active: it is down, or was brought up by hand. The worker must run in a unit of its own, since
 * we lack its capabilities; a start changes nothing about a namespace that is up, and can be stopped. To
 * restart what is down is to start it. */
static void start_what_has_no_unit(GTask *task)
{
    Work *work = g_task_get_task_data(task);
    g_autofree char *unit = namespace_unit_of(work->name);
    work->then = work->by_hand ? work->method : NULL;
    work->method = "ReloadOrRestartUnit";
    job_queue(task, unit);
}

/* All of them end, but one of them begins: of two one is making room for the other (Conflicts=). */
static void jobs_queue(GTask *task, GVariantIter *units)
{
    const Work *work = g_task_get_task_data(task);
    bool all = strcmp(work->method, "StopUnit") == 0;
    const char *unit, *state, *keeper = NULL;
    while (g_variant_iter_next(units, "(&s&s&s&s&s&s&ou&s&o)", &unit, NULL, NULL, &state, NULL, NULL, NULL,
                               NULL, NULL, NULL)) {
        if (all)
            job_queue(task, unit);
        if (!keeper || strcmp(state, "deactivating") != 0)
            keeper = unit;
    }
    if (!keeper)
        start_what_has_no_unit(task);
    else if (!all)
        job_queue(task, keeper);
}

static void units_listed(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    Work *work = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(GVariant) answer = call_finish(source, result, "ListUnitsByPatterns", &error);
    g_autoptr(GVariantIter) units = NULL;
    work->calls--;
    if (!answer)
        fail(work, error);
    if (!answer || work->over) {
        work_settle(task);
        return;
    }
    g_variant_get(answer, "(a(ssssssouso))", &units);
    jobs_queue(task, units);
}

static void units_list(GTask *task)
{
    static const char *const states[] = {"active", "activating", "reloading", "deactivating", NULL};
    Work *work = g_task_get_task_data(task);
    g_auto(GStrv) patterns = namespace_unit_patterns(work->name);
    work->calls++;
    call(task, "ListUnitsByPatterns", g_variant_new("(^as^as)", states, patterns), "(a(ssssssouso))",
         units_listed);
}

static void bus_opened(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    Work *work = g_task_get_task_data(task);
    GError *error = NULL;
    work->bus = bus_open_finish(result, &error);
    if (!work->bus) {
        g_task_return_error(task, error);
        return;
    }
    work->signal = g_dbus_connection_signal_subscribe(
        work->bus, SYSTEMD_NAME, MANAGER_INTERFACE, "JobRemoved", SYSTEMD_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, job_removed, g_object_ref(task), g_object_unref);
    work->limit = g_timeout_add_seconds(JOB_SECONDS, overdue, task);
    /* without a subscriber the manager sends no signals; "already subscribed" is no matter */
    g_dbus_connection_call(work->bus, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER_INTERFACE, "Subscribe", NULL, NULL,
                           G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, NULL, NULL);
    units_list(task);
}

static void work_begin(const char *name, const char *method, const char *mode, bool by_hand,
                       GAsyncReadyCallback done, gpointer user)
{
    Work *work = g_new0(Work, 1);
    GTask *task = g_task_new(NULL, NULL, done, user);
    *work = (Work){.name = g_strdup(name),
                   .method = method,
                   .mode = mode,
                   .by_hand = by_hand,
                   .pending = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   .ended = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    g_task_set_task_data(task, work, work_free);
    bus_open(NULL, bus_opened, task);
}

void units_start(const char *name, bool override, GAsyncReadyCallback done, gpointer user)
{
    work_begin(name, "ReloadOrRestartUnit", override ? "replace" : "fail", false, done, user);
}

void units_stop(const char *name, GAsyncReadyCallback done, gpointer user)
{
    work_begin(name, "StopUnit", "replace", true, done, user);
}

void units_restart(const char *name, bool up, GAsyncReadyCallback done, gpointer user)
{
    work_begin(name, "RestartUnit", "replace", up, done, user);
}

bool units_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
