/* resolver-daemon.c - see resolver-daemon.h. The process writes itself down before it becomes the resolver,
 * so that `down` finds it however `up` ended: one that forks away and writes its pid later does not. */
#include "resolver-daemon.h"

#include "paths.h"
#include "resident.h"
#include "spawn.h"

#include <signal.h>
#include <unistd.h>

#define PATIENCE_USEC (5 * G_USEC_PER_SEC) /* until it answers */
#define PAUSE_USEC 5000
#define WORDS 512 /* bytes of what it printed that make an error */

char *resolver_daemon_pid_file(const char *name)
{
    return g_build_filename(RUN_DIR, "resolver", name, "resolver.pid", NULL);
}

/* What resident.h knows it by. */
static char *note_of(const char *name)
{
    return g_build_filename(RUN_DIR, "resolver", name, "resident", NULL);
}

static bool note(const void *user, GError **error)
{
    return resident_note(user, error);
}

/* False: it has ended, or does not come to it. */
static bool answers(const char *name, const char *file, NsId id)
{
    g_autofree char *pid_file = resolver_daemon_pid_file(name);
    gint64 end = g_get_monotonic_time() + PATIENCE_USEC;

    while (access(pid_file, F_OK) < 0 && resident_is_there(file, id) && g_get_monotonic_time() < end)
        g_usleep(PAUSE_USEC);
    return access(pid_file, F_OK) == 0 && resident_is_there(file, id);
}

/* @words: what it printed. */
static void set_error(GError **error, const char *program, char *words)
{
    g_strchomp(words);
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%.*s%s", WORDS, *words ? words : program,
                *words ? "" : " does not stay: the system's log may say why");
}

static bool start(const char *name, char *const *argv, const char *file, int nsfd, NsId id, GError **error)
{
    int said = spawn_words_open();
    SpawnStay stay = {
        .program = argv[0], .argv = argv, .nsfd = nsfd, .prepare = note, .user = file, .said = said};
    bool stays = spawn_stay(&stay, error), fine = stays && answers(name, file, id);

    if (stays && !fine) {
        g_autofree char *words = spawn_words(said);
        set_error(error, argv[0], words);
        (void)resident_end(file, id, NULL);
    }
    if (said >= 0)
        close(said);
    return fine;
}

bool resolver_daemon_start(const char *name, char *const *argv, int nsfd, NsId id, GError **error)
{
    g_autofree char *file = note_of(name), *pid_file = resolver_daemon_pid_file(name);

    if (resident_is_there(file, id))
        return true;
    (void)unlink(pid_file); /* of one that was killed */
    return start(name, argv, file, nsfd, id, error);
}

bool resolver_daemon_runs(const char *name, NsId id)
{
    g_autofree char *file = note_of(name);

    return resident_is_there(file, id);
}

/* A signal would end one that is about to begin. */
bool resolver_daemon_reload(const char *name, NsId id, GError **error)
{
    g_autofree char *file = note_of(name);

    if (!resident_is_there(file, id))
        return true;
    if (answers(name, file, id)) {
        resident_signal(file, id, SIGHUP);
        return true;
    }
    if (!resident_is_there(file, id)) /* it has ended meanwhile */
        return true;
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "it does not begin to answer");
    return false;
}

bool resolver_daemon_end(const char *name, NsId id, GError **error)
{
    g_autofree char *file = note_of(name), *pid_file = resolver_daemon_pid_file(name);

    if (!resident_end(file, id, error))
        return false;
    (void)unlink(pid_file);
    return true;
}
