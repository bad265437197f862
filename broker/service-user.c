/* service-user.c - see service-user.h.
 *
 * A user's systemd has no privilege: it can neither open /run/netns/NAME nor wait for a unit of the system's.
 * chnetns can, and becomes the command in place, so that systemd sees the same main process. */
#include "service-user.h"

#include "ask.h"
#include "conf.h"
#include "dropin.h"
#include "paths.h"
#include "say.h"
#include "service-exec.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

char *service_user_directory(void)
{
    return g_build_filename(g_get_user_config_dir(), "systemd", "user", NULL);
}

/* A directory that others may open they could lock for ever; this one is the user's alone. */
int service_user_lock(void)
{
    int fd = open(g_get_user_runtime_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        (void)flock(fd, LOCK_EX);
    return fd;
}

/* sudo(8) may leave HOME as it was: what is not the caller's own is not read, and what has been looked at is
 * what is read. */
json_t *service_user_attached(void)
{
    g_autofree char *path = service_user_directory(), *opened = NULL;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;
    json_t *attached = NULL;

    if (fd < 0)
        return json_object();
    opened = g_strdup_printf("/proc/self/fd/%d", fd);
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & S_IWOTH))
        attached = dropin_attached(opened);
    close(fd);
    return attached ? attached : json_object();
}

static bool is_listed(const json_t *list, const char *name)
{
    size_t i;
    const json_t *entry;

    json_array_foreach((json_t *)list, i, entry)
    {
        if (g_strcmp0(json_string_value(json_object_get(entry, "name")), name) == 0)
            return true;
    }
    return false;
}

/* Nobody sits at a service to be asked. The file may be one that users cannot read. */
static void warn_of_questions(const char *name)
{
    g_autoptr(Conf) conf = conf_load(name, NULL, CONF_STRICT, NULL, NULL);

    if (conf && conf->access.authorize != AUTHORIZE_LIST)
        say_warning("polkit is asked whether the service may enter %s, and must say yes without a password: "
                    "by a rule, or not at all with Authorize=list in %s.netns",
                    name, name);
}

bool service_user_may(const char *name, GError **error)
{
    json_t *list = ask_list(false, error);
    bool listed = list && is_listed(list, name);

    if (list && !listed)
        g_set_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND,
                    "there is no namespace %s that you may enter (netnsctl list shows them)", name);
    json_decref(list);
    if (listed)
        warn_of_questions(name);
    return listed;
}

static bool file_add(GPtrArray *files, const char *path, GError **error)
{
    char *text;

    if (!g_file_get_contents(path, &text, NULL, error))
        return false;
    g_ptr_array_add(files, g_strdup(path));
    g_ptr_array_add(files, text);
    return true;
}

/* Path, text, path, text …, without the drop-in that is about to be written. */
static GPtrArray *files_read(const ServiceUnit *unit, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *directory = service_user_directory(), *own = dropin_path(directory, unit->name);
    g_autofree char *fragment = service_unit_property(unit, "FragmentPath");
    g_auto(GStrv) dropins = service_unit_words(unit, "DropInPaths");

    if (!file_add(files, fragment, error))
        return NULL;
    for (char **path = dropins; *path; path++)
        if (**path && !g_str_equal(*path, own) && !file_add(files, *path, error))
            return NULL;
    g_ptr_array_add(files, NULL);
    return g_steal_pointer(&files);
}

/* Under it a file capability does not count: a systemd without privileges sets no_new_privs for it, which
 * `show` does not tell of NoNewPrivileges= (systemd.exec(5)), or makes a user namespace. NULL: there is none.
 * Owned by the caller. */
static char *hindrance(const ServiceUnit *unit)
{
    static const char *const properties[] = {SERVICE_UNIT_CLOSED, NULL};

    for (const char *const *property = properties; *property; property++) {
        g_autofree char *value = service_unit_property(unit, *property);
        if (*value && !g_str_equal(value, "no") && !g_str_equal(value, "~"))
            return g_strconcat(*property, "=", g_str_equal(value, "yes") ? value : NULL, NULL);
    }
    return NULL;
}

char *service_user_text(const ServiceUnit *unit, const char *name, GError **error)
{
    g_autofree char *front = g_strdup_printf(CHNETNS_PATH " --no-ask-password %s", name);
    g_autofree char *heading = dropin_heading(name, unit->name, true), *lines = NULL;
    g_autofree char *in_the_way = hindrance(unit);
    g_autoptr(GPtrArray) files = NULL;

    if (unit->is_socket) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: sockets are opened by your systemd itself, which is outside", unit->name);
        return NULL;
    }
    if (in_the_way) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s has %s, under which nothing can enter",
                    unit->name, in_the_way);
        return NULL;
    }
    files = files_read(unit, error);
    lines = files ? service_exec_lines((char *const *)files->pdata, front, error) : NULL;
    if (!lines) {
        g_prefix_error(error, "%s: ", unit->name);
        return NULL;
    }
    return g_strconcat(heading, "[Service]\n", lines, NULL);
}
