/* activate.c - namespaces brought up and down: one function with two back ends.
 *
 * Booted with systemd: its manager starts the namespace's unit, the same as at boot, so that ordering,
 * log, time limits and drop-ins are the admin's usual ones (units.c). Else the worker is run from here.
 * Whether it went well is asked of the record afterwards, not of the exit status alone. */
#include "activate.h"

#include "booted.h"
#include "namespace-unit.h"
#include "nsfs.h"
#include "paths.h"
#include "record.h"
#include "units.h"

#include <signal.h>
#include <unistd.h>

/* Longer than any DHCP server takes; the unit has its own TimeoutStartSec=. */
#define WORKER_SECONDS 90

/* One piece of work and all who wait for it. */
typedef struct Job {
    char *name;
    Activation what;
    GPtrArray *waiting; /* GTask* */
    GSubprocess *worker;
    bool taken_down; /* the first half of a restart is done, */
    char *type;      /* and the second asks for this type; NULL: its file says it */
    guint limit;     /* GSource that ends a worker that does not */
} Job;

static GHashTable *jobs; /* Job, by name */

int activate_ready(const char *name, GError **error)
{
    g_autoptr(Record) record = record_load(name, error);
    if (!record || !record->ready || !record->digest) /* no digest: a change of its file was not finished */
        return -1;
    return nsfs_only(nsfs_open(name, NULL), record->id);
}

static bool is_up(const char *name)
{
    int fd = activate_ready(name, NULL);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void job_free(gpointer pointer)
{
    Job *job = pointer;
    g_clear_handle_id(&job->limit, g_source_remove);
    g_clear_object(&job->worker);
    g_ptr_array_unref(job->waiting);
    g_free(job->name);
    g_free(job->type);
    g_free(job);
}

/* Tells all who wait and forgets the job. */
static void job_done(Job *job, const GError *why)
{
    g_autoptr(GPtrArray) waiting = g_ptr_array_ref(job->waiting);
    g_autoptr(GError) error = why ? g_error_copy(why) : NULL;
    bool want_up = job->what != ACTIVATION_STOP;
    if (!error && is_up(job->name) != want_up)
        error = g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "%s ended well, but %s is %s",
                            want_up ? "its start" : "its stop", job->name, want_up ? "not up" : "still up");
    g_hash_table_remove(jobs, job->name);
    for (guint i = 0; i < waiting->len; i++)
        if (error)
            g_task_return_error(waiting->pdata[i], g_error_copy(error));
        else
            g_task_return_boolean(waiting->pdata[i], TRUE);
}

static void worker_run(Job *job);

static bool goes_down(const Job *job)
{
    return job->what == ACTIVATION_STOP || (job->what == ACTIVATION_RESTART && !job->taken_down);
}

static void worker_ended(GObject *source, GAsyncResult *result, gpointer user)
{
    Job *job = user;
    g_autoptr(GError) error = NULL;
    /* its stderr went where ours goes: the reason has been told there */
    if (!g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &error))
        g_prefix_error(&error, BROKER_PATH " %s %s: ", goes_down(job) ? "down" : "up", job->name);
    if (error || job->what != ACTIVATION_RESTART || job->taken_down) {
        job_done(job, error);
        return;
    }
    job->taken_down = true;
    g_clear_handle_id(&job->limit, g_source_remove);
    g_clear_object(&job->worker);
    worker_run(job);
}

static gboolean worker_overdue(gpointer user)
{
    Job *job = user;
    job->limit = 0;
    g_subprocess_send_signal(job->worker, SIGTERM);
    return G_SOURCE_REMOVE;
}

static void worker_run(Job *job)
{
    static const char *const environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL};
    const char *const down[] = {BROKER_PATH, "down", job->name, NULL};
    g_autofree char *option = g_strconcat("--type=", job->type, NULL);
    const char *const up[] = {BROKER_PATH, "up", job->name, job->type ? option : NULL, NULL};
    const char *const *argv = goes_down(job) ? down : up;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_autoptr(GError) error = NULL;
    g_subprocess_launcher_set_environ(launcher, (char **)environment);
    g_subprocess_launcher_set_cwd(launcher, "/");
    job->worker = g_subprocess_launcher_spawnv(launcher, argv, &error);
    if (!job->worker) {
        job_done(job, error);
        return;
    }
    job->limit = g_timeout_add_seconds(WORKER_SECONDS, worker_overdue, job);
    g_subprocess_wait_check_async(job->worker, NULL, worker_ended, job);
}

static void unit_ended(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    (void)units_finish(result, &error);
    job_done(user, error);
}

static void job_run(Job *job)
{
    if (!booted_with_systemd())
        worker_run(job);
    else if (job->what == ACTIVATION_STOP)
        units_stop(job->name, unit_ended, job);
    else if (job->what == ACTIVATION_RESTART)
        units_restart(job->name, is_up(job->name), unit_ended, job);
    else
        units_start(job->name, job->what == ACTIVATION_START, unit_ended, job);
}

static Job *job_new(const char *name, Activation what)
{
    Job *job = g_new0(Job, 1);
    job->name = g_strdup(name);
    job->what = what;
    job->type = what == ACTIVATION_RESTART ? namespace_type_asked(name) : NULL;
    job->waiting = g_ptr_array_new_with_free_func(g_object_unref);
    if (!jobs)
        jobs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, job_free);
    g_hash_table_insert(jobs, job->name, job);
    return job;
}

bool activate_under_way(const char *name)
{
    return jobs && g_hash_table_contains(jobs, name);
}

/* Is who wants @what served by a job that does @does? */
static bool fits(Activation does, Activation what)
{
    if (what == ACTIVATION_STOP || what == ACTIVATION_RESTART)
        return does == what;
    return does != ACTIVATION_STOP;
}

void activate(const char *name, Activation what, GCancellable *cancel, GAsyncReadyCallback done,
              gpointer user)
{
    static const char *const words[] = {[ACTIVATION_ENTER] = "started",
                                        [ACTIVATION_START] = "started",
                                        [ACTIVATION_STOP] = "stopped",
                                        [ACTIVATION_RESTART] = "restarted"};
    Job *job = jobs ? g_hash_table_lookup(jobs, name) : NULL;
    GTask *task = g_task_new(NULL, cancel, done, user);
    if (job && !fits(job->what, what)) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_BUSY, "%s is being %s", name, words[job->what]);
        g_object_unref(task);
        return;
    }
    bool is_new = !job;
    if (is_new)
        job = job_new(name, what);
    g_ptr_array_add(job->waiting, task);
    if (is_new)
        job_run(job);
}

bool activate_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
