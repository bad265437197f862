/* report.c - the answers to list and status.
 *
 * What they say comes from status.c, in a thread: it asks the kernel inside the namespaces. */
#include "report.h"

#include "access.h"
#include "cache.h"
#include "conf.h"
#include "decide.h"
#include "names.h"
#include "record.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Candidates of a list, until the names in their allowlists are known. */
typedef struct Listing {
    const Peer *peer;
    GPtrArray *confs; /* Cached* */
    GPtrArray *names; /* char*: those that are shown in any case */
} Listing;

static void listing_free(gpointer pointer)
{
    Listing *listing = pointer;
    g_ptr_array_unref(listing->confs);
    g_ptr_array_unref(listing->names);
    g_free(listing);
}

static int memfd_fail(int fd, GError **error)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write the answer: %s", g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int memfd_of(const json_t *json, GError **error)
{
    int fd = memfd_create("netns-broker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || json_dumpfd(json, fd, JSON_COMPACT) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return memfd_fail(fd, error);
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
        return memfd_fail(fd, error);
    return fd;
}

/* Takes @json over. */
static void return_json(GTask *task, json_t *json, GError *error)
{
    int fd = json ? memfd_of(json, &error) : -1;
    json_decref(json);
    if (fd >= 0)
        g_task_return_int(task, fd);
    else
        g_task_return_error(task,
                            error ? error : g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "no status"));
}

static void status_thread(GTask *task, gpointer source, gpointer name, GCancellable *cancel)
{
    GError *error = NULL;
    json_t *json = status_of(name, &error);
    return_json(task, json, error);
}

void report_status(const char *name, GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, done, user);
    g_task_set_task_data(task, g_strdup(name), g_free);
    g_task_run_in_thread(task, status_thread);
}

static void list_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    Listing *listing = data;
    return_json(task, status_list((char **)listing->names->pdata), NULL);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_prepared(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    Listing *listing = g_task_get_task_data(task);
    GError *error = NULL;
    if (!names_prepare_finish(result, &error)) {
        g_task_return_error(task, error);
        return;
    }
    for (guint i = 0; i < listing->confs->len; i++) {
        const Conf *conf = ((Cached *)listing->confs->pdata[i])->conf;
        if (decide_visible(listing->peer, conf))
            g_ptr_array_add(listing->names, g_strdup(conf->name));
    }
    g_ptr_array_set_size(listing->confs,
                         0); /* here, not in the thread: what is cached belongs to the main loop */
    g_ptr_array_sort(listing->names, by_name);
    g_ptr_array_add(listing->names, NULL);
    g_task_run_in_thread(task, list_thread);
}

static bool has_name(const Listing *listing, const char *name)
{
    for (guint i = 0; i < listing->confs->len; i++)
        if (strcmp(((Cached *)listing->confs->pdata[i])->conf->name, name) == 0)
            return true;
    return g_ptr_array_find_with_equal_func(listing->names, name, g_str_equal, NULL);
}

/* Root sees all: what is up without a file, and files that cannot be read, too. */
static void add_for_root(Listing *listing, char **names)
{
    for (char **name = names; name && *name; name++)
        if (!has_name(listing, *name))
            g_ptr_array_add(listing->names, g_strdup(*name));
}

static Listing *listing_new(const Peer *peer, char **configured, GPtrArray *keys)
{
    Listing *listing = g_new0(Listing, 1);
    *listing = (Listing){.peer = peer,
                         .confs = g_ptr_array_new_with_free_func((GDestroyNotify)cached_drop),
                         .names = g_ptr_array_new_with_free_func(g_free)};
    for (char **name = configured; *name; name++) {
        Cached *cached = cache_conf(*name, NULL);
        if (!cached)
            continue;
        access_names(&cached->conf->access, peer, keys);
        g_ptr_array_add(listing->confs, cached);
    }
    return listing;
}

void report_list(const Peer *peer, GCancellable *cancel, GAsyncReadyCallback done, gpointer user)
{
    GTask *task = g_task_new(NULL, cancel, done, user);
    GError *error = NULL;
    /* The result is a descriptor, which nobody would close if a hang-up turned it into an error */
    g_task_set_check_cancellable(task, FALSE);
    g_auto(GStrv) configured = conf_names(&error);
    if (!configured) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    Listing *listing = listing_new(peer, configured, keys);
    g_task_set_task_data(task, listing, listing_free);
    if (peer->uid == 0) {
        g_auto(GStrv) recorded = record_names(NULL);
        add_for_root(listing, configured);
        add_for_root(listing, recorded);
        g_ptr_array_set_size(keys, 0);
    }
    names_prepare(keys, cancel, names_prepared, task);
}

int report_finish(GAsyncResult *result, GError **error)
{
    return (int)g_task_propagate_int(G_TASK(result), error);
}
