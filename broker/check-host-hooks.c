/* check-host-hooks.c - what netnsctl check has to tell about the programs of [Hooks] on this machine. */
#include "check-host.h"
#include "say.h"
#include "trusted.h"

#include <unistd.h>

/* What is there and would not be run is a slip; what is not there, or not to be seen from here, may come. */
static bool program_check(const char *path, const ConfLine *line, GPtrArray *notes)
{
    g_autoptr(GError) error = NULL;
    struct stat st;
    int fd = trusted_open(path, &st, &error);
    g_autofree char *where = conf_cite_line(line);

    if (fd >= 0)
        close(fd);
    if (fd >= 0 && S_ISREG(st.st_mode) && st.st_mode & S_IXUSR)
        return true;
    if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        check_note(notes, g_steal_pointer(&where), "there is no such file here");
    else if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_FAILED))
        check_note(notes, g_steal_pointer(&where), say_without(path, error->message));
    else
        g_ptr_array_add(notes, g_strdup_printf("%s: the program would not be run: %s", where,
                                               fd >= 0 ? "it is not an executable file"
                                                       : say_without(path, error->message)));
    return !where;
}

bool check_hooks(const Conf *conf, GPtrArray *notes)
{
    bool fine = true;

    for (int point = 0; point < HOOK_POINTS; point++)
        for (guint i = 0; i < conf->hooks[point]->len; i++) {
            const HookConf *hook = conf->hooks[point]->pdata[i];
            fine = program_check(hook->argv[0], hook->line, notes) && fine;
        }
    return fine;
}
