/* service-circle.c - see service-circle.h. systemd-analyze(1) is asked, with the drop-ins in a directory of
 * their own in front of systemd's: it adds up what all units say. */
#include "service-circle.h"

#include "dropin.h"
#include "paths.h"
#include "spawn.h"

#include <string.h>
#include <unistd.h>

#define DIRECTORY RUN_DIR "/attach"
#define ANALYZE "/usr/bin/systemd-analyze"

/* As "a.service: Found ordering cycle on netns@lab.service/start", or with all of them in one line (252,
 * 257). One without the namespace was there before. */
static bool tells_of_circle(const char *output, const char *namespace_unit)
{
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    bool found = false, ours = false;

    for (char **line = lines; *line; line++) {
        found = found || strstr(*line, "ordering cycle");
        ours = ours || (found && strstr(*line, namespace_unit));
    }
    return ours;
}

static char *analyze(const char *directory, const char *unit)
{
    g_autofree char *path = g_strdup_printf("SYSTEMD_UNIT_PATH=%s:", directory), *output = NULL;
    char *const argv[] = {(char *)ANALYZE,
                          (char *)"verify",
                          (char *)"--man=no",
                          (char *)"--",
                          (char *)"default.target",
                          (char *)unit,
                          NULL};
    char *const env[] = {(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LANG=C", path, NULL};

    /* it fails for slips of any unit */
    (void)spawn_read(argv, env, -1, NULL, true, &output, NULL);
    return g_steal_pointer(&output);
}

static bool is_free(const char *directory, const ServiceUnit *unit, const char *namespace_unit,
                    GError **error)
{
    g_autofree char *instance = service_unit_instance(unit), *output = analyze(directory, instance);

    if (!tells_of_circle(output, namespace_unit))
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "something that is started before a namespace needs %s: it cannot be in one", unit->name);
    return false;
}

static bool check(const char *directory, const GPtrArray *units, const GPtrArray *texts,
                  const char *namespace_unit, GError **error)
{
    for (guint i = 0; i < units->len; i++)
        if (!dropin_write(directory, ((const ServiceUnit *)units->pdata[i])->name, texts->pdata[i], error))
            return false;
    for (guint i = 0; i < units->len; i++)
        if (!is_free(directory, units->pdata[i], namespace_unit, error))
            return false;
    return true;
}

bool service_circle_free(const GPtrArray *units, const GPtrArray *texts, const char *namespace_unit,
                         GError **error)
{
    bool fine;

    if (access(ANALYZE, X_OK) < 0)
        return true;
    dropin_remove_all(DIRECTORY); /* of one that was killed */
    fine = check(DIRECTORY, units, texts, namespace_unit, error);
    dropin_remove_all(DIRECTORY);
    return fine;
}

bool service_comes_in_time(const ServiceUnit *unit, GError **error)
{
    static const char *const early[] = {"sysinit.target", "basic.target", "network-pre.target",
                                        "network.target", NULL};
    g_auto(GStrv) before = service_unit_words(unit, "Before");

    for (char **other = before; *other; other++)
        if (g_strv_contains(early, *other)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "%s is started before %s, and a namespace after it: it cannot be in one", unit->name,
                        *other);
            return false;
        }
    return true;
}
