/* wake.c - see wake.h. */
#include "wake.h"

#include "booted.h"
#include "firewall.h"
#include "lock.h"
#include "paths.h"
#include "say.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Without a journal its words go here. */
#define LOG RUN_DIR "/watch.log"
#define LOG_BYTES (256 * 1024) /* of earlier ones that are kept: /run is memory */
/* firewall_stamp() of the table that its twin was made after; not there: there is no twin. Among the locks,
 * where no change wakes the watch. */
#define FOLLOWED RUN_DIR "/lock/.followed"

bool watch_is_there(void)
{
    return lock_is_held(LOCK_WATCH);
}

/* In a child that nobody waits for. Its stderr must not be that of the command that started it: whoever reads
 * that to its end would wait for us. */
G_GNUC_NORETURN static void become_watch(void)
{
    char *const argv[] = {(char *)"netns-broker", (char *)"watch", NULL};
    int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (log < 0 || dup2(log, 2) < 0)
        _exit(1);
    if (lseek(log, 0, SEEK_END) > LOG_BYTES && ftruncate(log, 0) < 0)
        say_warning("cannot empty " LOG ": %s", strerrordesc_np(errno));
    execv(WATCH_PATH, argv);
    say_error("cannot start " WATCH_PATH ": %s", strerrordesc_np(errno));
    _exit(1);
}

void watch_wake(void)
{
    g_autoptr(GError) error = NULL;
    pid_t pid;

    if (booted_with_systemd() || watch_is_there())
        return;
    pid = spawn_detach(&error);
    if (pid == 0)
        become_watch();
    if (pid < 0)
        say_warning("nobody watches the host for namespaces: %s", error->message);
}

static bool has_followed(void)
{
    g_autofree char *table = firewall_stamp(), *twin = NULL;

    return !g_file_get_contents(FOLLOWED, &twin, NULL, NULL) || g_strcmp0(table, twin) == 0;
}

void watch_follow(void)
{
    for (int i = 0; i < 500 && !has_followed() && watch_is_there(); i++)
        g_usleep(2000);
}

void watch_followed(bool twin)
{
    g_autofree char *stamp = twin ? firewall_stamp() : NULL;

    if (stamp && has_followed() && access(FOLLOWED, F_OK) == 0)
        return;
    (void)unlink(FOLLOWED);
    if (stamp)
        (void)g_file_set_contents_full(FOLLOWED, stamp, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

void watch_wait(void)
{
    for (int i = 0; i < 1000 && watch_is_there(); i++)
        g_usleep(2000);
}
