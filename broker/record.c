/* record.c - the records of namespaces that are up, as JSON files that only root can read. */
#include "record.h"

#include "paths.h"
#include "whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_DIR RUN_DIR "/state"
#define SUFFIX ".json"
/* A record with a few dozen links has a few KiB; more than this was not written by us. */
#define RECORD_MAX (4 * 1024 * 1024)

static char *record_path(const char *name)
{
    return g_strconcat(STATE_DIR "/", name, SUFFIX, NULL);
}

static void *fail(GError **error, const char *path, const char *why)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "record %s: %s", path, why);
    return NULL;
}

static char *get_string(const json_t *object, const char *key)
{
    return g_strdup(json_string_value(json_object_get(object, key)));
}

static Record *record_from_json(const json_t *json)
{
    Record *record = g_new0(Record, 1);

    record->name = get_string(json, "name");
    record->type = get_string(json, "type");
    record->digest = get_string(json, "digest");
    record->asked = json_is_true(json_object_get(json, "asked"));
    record->ruleset = get_string(json, "ruleset");
    record->ready = json_is_true(json_object_get(json, "ready"));
    record->adopted = json_is_true(json_object_get(json, "adopted"));
    record->id.dev = (dev_t)json_integer_value(json_object_get(json, "dev"));
    record->id.ino = (ino_t)json_integer_value(json_object_get(json, "ino"));
    record->detail = json_incref(json_object_get(json, "detail"));
    return record;
}

/* Reads from an fd whose owner is checked: the directory is root's and 0700, but a disk /run may hold
 * leftovers of anybody. In one read: json_loadfd makes one for every byte. */
static json_t *read_json(int fd, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    struct stat st;
    ssize_t length;
    json_t *json;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) ||
        st.st_size > RECORD_MAX)
        return fail(error, path, "not a file of root's alone");
    text = g_malloc((size_t)st.st_size + 1);
    length = read(fd, text, (size_t)st.st_size);
    json = length > 0 ? json_loadb(text, (size_t)length, 0, NULL) : NULL;
    if (json_is_object(json))
        return json;
    json_decref(json);
    return fail(error, path, "not a JSON object");
}

Record *record_load(const char *name, GError **error)
{
    g_autofree char *path = record_path(name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    json_t *json;
    Record *record;

    if (fd < 0)
        return errno == ENOENT ? NULL : fail(error, path, strerrordesc_np(errno));
    json = read_json(fd, path, error);
    close(fd);
    if (!json)
        return NULL;
    record = record_from_json(json);
    json_decref(json);
    if (g_strcmp0(record->name, name) != 0) {
        record_free(record);
        return fail(error, path, "is about another namespace");
    }
    return record;
}

static json_t *record_to_json(const Record *record)
{
    json_t *json = json_object();

    json_object_set_new(json, "name", json_string(record->name));
    if (record->type)
        json_object_set_new(json, "type", json_string(record->type));
    if (record->digest)
        json_object_set_new(json, "digest", json_string(record->digest));
    json_object_set_new(json, "asked", json_boolean(record->asked));
    if (record->ruleset)
        json_object_set_new(json, "ruleset", json_string(record->ruleset));
    json_object_set_new(json, "ready", json_boolean(record->ready));
    json_object_set_new(json, "adopted", json_boolean(record->adopted));
    json_object_set_new(json, "dev", json_integer((json_int_t)record->id.dev));
    json_object_set_new(json, "ino", json_integer((json_int_t)record->id.ino));
    if (record->detail)
        json_object_set(json, "detail", record->detail);
    return json;
}

bool record_save(const Record *record, GError **error)
{
    g_autofree char *path = record_path(record->name);
    json_t *json = record_to_json(record);
    char *text = json_dumps(json, JSON_INDENT(1)); /* one write: json_dumpfd makes one for every word */
    bool fits = text && strlen(text) < RECORD_MAX;
    bool fine =
        fits && g_mkdir_with_parents(RUN_DIR, 0755) == 0 && (mkdir(STATE_DIR, 0700) == 0 || errno == EEXIST);

    if (!fine)
        fail(error, path, fits ? strerrordesc_np(errno) : "would be larger than 4 MiB");
    else
        fine = whole_write(path, text, 0600, error);
    free(text);
    json_decref(json);
    return fine;
}

/* A namespace that is as it was before is not to blame for a file that could not be loaded. */
void record_blame(const char *name, const char *why)
{
    g_autoptr(Record) record = record_load(name, NULL);
    g_autofree char *valid = g_utf8_make_valid(why, -1);

    if (!record || !record->detail || (record->ready && record->digest))
        return;
    json_object_set_new(record->detail, RECORD_FAILURE, json_string(valid));
    (void)record_save(record, NULL);
}

bool record_remove(const char *name, GError **error)
{
    g_autofree char *path = record_path(name);

    return whole_remove(path, error);
}

void record_sweep(const char *name)
{
    g_autofree char *path = record_path(name);

    whole_sweep(path);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* @halves: those too of which only a half-written one is there. */
static void add_name(GPtrArray *names, const char *entry, bool halves)
{
    g_autofree char *half = halves ? whole_left_of(entry) : NULL;
    const char *file = half ? half : entry;
    g_autofree char *name = *file != '.' && g_str_has_suffix(file, SUFFIX)
                                ? g_strndup(file, strlen(file) - strlen(SUFFIX))
                                : NULL;

    if (name && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_steal_pointer(&name));
}

static char **names_of(bool halves)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(STATE_DIR, 0, NULL); /* none: nothing was ever up */
    const char *entry;

    while (dir && (entry = g_dir_read_name(dir)))
        add_name(names, entry, halves);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

char **record_names(GError **error)
{
    return names_of(false);
}

char **record_names_left(GError **error)
{
    return names_of(true);
}

void record_free(Record *record)
{
    if (!record)
        return;
    g_free(record->name);
    g_free(record->type);
    g_free(record->digest);
    g_free(record->ruleset);
    json_decref(record->detail);
    g_free(record);
}
