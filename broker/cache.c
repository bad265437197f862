/* cache.c - configurations, read once and again when their files change.
 *
 * Reading one costs a hundred times what a few dozen stat(2) cost, and every request needs one. What is
 * looked at: the directories a file could appear in, and every file that exists. Only names that have a
 * configuration are kept: strangers cannot fill the table. */
#include "cache.h"

#include "paths.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The kernel stamps files with the time of its last tick (up to 10 ms old): two changes within one look like
 * one. What is younger than this when read is read again next time. */
#define SETTLED_NS (50 * 1000 * 1000)

typedef struct Entry {
    char *name;
    Cached *cached;
    GPtrArray *paths; /* of all that was looked at */
    GArray *stamps;   /* Stamp, one for each path */
} Entry;

/* All of a file that changes when its content or its owner does. */
typedef struct Stamp {
    dev_t dev;
    ino_t ino; /* 0: no such file */
    off_t size;
    mode_t mode;
    uid_t uid;
    struct timespec modified, changed;
} Stamp;

static const char *const directories[] = {CONF_DIR, RUN_DIR, VENDOR_DIR};
static GHashTable *entries; /* Entry by name */

Cached *cached_keep(Cached *cached)
{
    return g_rc_box_acquire(cached);
}

static void cached_clear(gpointer pointer)
{
    conf_free(((Cached *)pointer)->conf);
}

void cached_drop(Cached *cached)
{
    if (cached)
        g_rc_box_release_full(cached, cached_clear);
}

static void entry_free(gpointer pointer)
{
    Entry *entry = pointer;
    cached_drop(entry->cached);
    g_ptr_array_unref(entry->paths);
    g_array_unref(entry->stamps);
    g_free(entry->name);
    g_free(entry);
}

static Stamp stamp_take(const char *path)
{
    struct stat st;
    Stamp stamp;
    memset(&stamp, 0, sizeof stamp); /* padding too: stamps are compared as bytes */
    if (stat(path, &st) < 0)
        return stamp;
    stamp.dev = st.st_dev;
    stamp.ino = st.st_ino;
    stamp.size = st.st_size;
    stamp.mode = st.st_mode;
    stamp.uid = st.st_uid;
    stamp.modified = st.st_mtim;
    stamp.changed = st.st_ctim;
    return stamp;
}

static GArray *stamps_take(const GPtrArray *paths)
{
    GArray *stamps = g_array_sized_new(FALSE, TRUE, sizeof(Stamp), paths->len);
    static const Stamp nothing; /* static: its padding is zero too */
    const char *absent = NULL;  /* the last that was not there: nothing is below it */
    for (guint i = 0; i < paths->len; i++) {
        const char *path = paths->pdata[i];
        bool below = absent && g_str_has_prefix(path, absent) && path[strlen(absent)] == '/';
        Stamp stamp = below ? nothing : stamp_take(path);
        if (!below && stamp.ino == 0)
            absent = path;
        g_array_append_val(stamps, stamp);
    }
    return stamps;
}

static void path_add(GPtrArray *paths, char *path)
{
    if (g_ptr_array_find_with_equal_func(paths, path, g_str_equal, NULL))
        g_free(path);
    else
        g_ptr_array_add(paths, path);
}

/* A directory of drop-ins and all that is in it, empty files too: those have no line in the Conf. */
static void dropins_add(GPtrArray *paths, char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *file;
    path_add(paths, path);
    while (dir && (file = g_dir_read_name(dir)))
        path_add(paths, g_build_filename(path, file, NULL));
}

static void layer_add(GPtrArray *paths, const char *base, const char *name)
{
    g_autofree char *dropins = g_strconcat(name, ".netns.d", NULL);
    path_add(paths, g_path_get_dirname(base));
    path_add(paths, g_strdup(base));
    path_add(paths, g_strdup_printf("%s/%s.netns", base, name));
    dropins_add(paths, g_build_filename(base, dropins, NULL));
}

static GPtrArray *paths_of(const Conf *conf)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *types = g_build_filename(directories[i], "types", NULL);
        layer_add(paths, directories[i], conf->name);
        layer_add(paths, types, conf->type ? conf->type : "basic");
    }
    for (guint i = 0; i < conf->lines->len; i++)
        path_add(paths, g_strdup(((const ConfLine *)conf->lines->pdata[i])->file));
    return paths;
}

static bool before(const struct timespec *time, gint64 limit)
{
    return (gint64)time->tv_sec * 1000000000 + time->tv_nsec < limit;
}

static bool settled(const GArray *stamps, gint64 limit)
{
    for (guint i = 0; i < stamps->len; i++) {
        const Stamp *stamp = &g_array_index(stamps, Stamp, i);
        if (stamp->ino != 0 && !S_ISDIR(stamp->mode) &&
            !(before(&stamp->modified, limit) && before(&stamp->changed, limit)))
            return false;
    }
    return true;
}

static void entry_keep(Cached *cached, gint64 read_at)
{
    Entry *entry = g_new0(Entry, 1);
    entry->name = g_strdup(cached->conf->name);
    entry->cached = cached_keep(cached);
    entry->paths = paths_of(cached->conf);
    entry->stamps = stamps_take(entry->paths);
    if (!entries)
        entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    if (settled(entry->stamps, read_at - SETTLED_NS))
        g_hash_table_replace(entries, entry->name, entry);
    else
        entry_free(entry);
}

static bool entry_holds(const Entry *entry)
{
    g_autoptr(GArray) now = stamps_take(entry->paths);
    return memcmp(now->data, entry->stamps->data, now->len * sizeof(Stamp)) == 0;
}

Cached *cache_conf(const char *name, GError **error)
{
    Entry *entry = entries ? g_hash_table_lookup(entries, name) : NULL;
    if (entry && entry_holds(entry))
        return cached_keep(entry->cached);
    if (entry)
        g_hash_table_remove(entries, name);
    gint64 read_at = g_get_real_time() * 1000;
    Conf *conf = conf_load(name, NULL, CONF_STRICT, NULL, error);
    if (!conf)
        return NULL;
    Cached *cached = g_rc_box_new0(Cached);
    cached->conf = conf;
    entry_keep(cached, read_at);
    return cached;
}
