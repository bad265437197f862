/* names.c - users and groups by name, asked of NSS in a thread. The table itself belongs to the main loop
 * alone. */
#include "names.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define FRESH_FOR (30 * G_USEC_PER_SEC)
#define REMEMBERED_MAX 4096
#define BUFFER_MAX (4 * 1024 * 1024) /* a group of a hundred thousand members */

typedef struct Name {
    char *key;
    gint64 asked_at; /* monotonic time, µs */
    bool found;
    guint32 id;
    char *text; /* of an "n" key */
} Name;

static GHashTable *remembered; /* Name, by key */

static void name_free(gpointer pointer)
{
    Name *name = pointer;
    g_free(name->key);
    g_free(name->text);
    g_free(name);
}

static GHashTable *table(void)
{
    if (!remembered)
        remembered = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, name_free);
    return remembered;
}

static bool is_fresh(const char *key)
{
    const Name *name = g_hash_table_lookup(table(), key);
    return name && g_get_monotonic_time() - name->asked_at < FRESH_FOR;
}

bool names_known(const GPtrArray *keys)
{
    for (guint i = 0; i < keys->len; i++)
        if (!is_fresh(keys->pdata[i]))
            return false;
    return true;
}

/* One question with a buffer of @size; ERANGE: a larger one is needed. */
static int nss_ask(Name *name, char *buffer, size_t size)
{
    const char *what = name->key + 1;
    struct passwd user, *user_found = NULL;
    struct group group, *group_found = NULL;
    int rc;
    if (name->key[0] == 'g')
        rc = getgrnam_r(what, &group, buffer, size, &group_found);
    else if (name->key[0] == 'u')
        rc = getpwnam_r(what, &user, buffer, size, &user_found);
    else
        rc = getpwuid_r((uid_t)strtoul(what, NULL, 10), &user, buffer, size, &user_found);
    name->found = group_found || user_found;
    if (group_found)
        name->id = group.gr_gid;
    if (user_found) {
        name->id = user.pw_uid;
        name->text = g_strdup(user.pw_name);
    }
    return rc;
}

static Name *name_ask(const char *key)
{
    Name *name = g_new0(Name, 1);
    name->key = g_strdup(key);
    int rc = ERANGE;
    for (size_t size = 16 * 1024; rc == ERANGE && size <= BUFFER_MAX; size *= 4) {
        g_autofree char *buffer = g_malloc(size);
        rc = nss_ask(name, buffer, size);
    }
    /* a service that could not answer is asked again next time; "there is none" is an answer */
    name->asked_at = g_get_monotonic_time() - (rc == 0 ? 0 : FRESH_FOR);
    return name;
}

static void names_thread(GTask *task, gpointer source, gpointer keys, GCancellable *cancel)
{
    GPtrArray *wanted = keys, *answers = g_ptr_array_new_with_free_func(name_free);
    for (guint i = 0; i < wanted->len && !g_cancellable_is_cancelled(cancel); i++)
        g_ptr_array_add(answers, name_ask(wanted->pdata[i]));
    g_task_return_pointer(task, answers, (GDestroyNotify)g_ptr_array_unref);
}

void names_prepare(const GPtrArray *keys, GCancellable *cancel, GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancel, done, user);
    GPtrArray *wanted = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < keys->len; i++)
        if (!is_fresh(keys->pdata[i]))
            g_ptr_array_add(wanted, g_strdup(keys->pdata[i]));
    g_task_set_task_data(task, wanted, (GDestroyNotify)g_ptr_array_unref);
    if (wanted->len == 0)
        g_task_return_pointer(task, g_ptr_array_new(), (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_run_in_thread(task, names_thread);
}

bool names_prepare_finish(GAsyncResult *result, GError **error)
{
    g_autoptr(GPtrArray) answers = g_task_propagate_pointer(G_TASK(result), error);
    if (!answers)
        return false;
    if (g_hash_table_size(table()) > REMEMBERED_MAX)
        g_hash_table_remove_all(table());
    g_ptr_array_set_free_func(answers, NULL);
    for (guint i = 0; i < answers->len; i++) {
        Name *name = answers->pdata[i];
        g_hash_table_replace(table(), name->key, name);
    }
    return true;
}

static const Name *name_find(char type, const char *text)
{
    g_autofree char *key = g_strdup_printf("%c%s", type, text);
    const Name *name = g_hash_table_lookup(table(), key);
    return name && name->found ? name : NULL;
}

bool names_uid(const char *user, uid_t *ret)
{
    const Name *name = name_find('u', user);
    if (name)
        *ret = name->id;
    return name != NULL;
}

bool names_gid(const char *group, gid_t *ret)
{
    const Name *name = name_find('g', group);
    if (name)
        *ret = name->id;
    return name != NULL;
}

const char *names_user(uid_t uid)
{
    g_autofree char *number = g_strdup_printf("%u", uid);
    const Name *name = name_find('n', number);
    return name ? name->text : NULL;
}
