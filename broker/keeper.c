/* keeper.c - see keeper.h.
 *
 * Not the watch: that is there only while a namespace needs the host, and what it starts would live in its
 * own control group, without the rights that a client needs. Not systemd either: a client is no unit, as
 * there may be no systemd. */
#include "keeper.h"

#include "grant-take.h"
#include "leased.h"
#include "resident.h"
#include "say.h"
#include "spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds until it is started again: twice as long each time, as before once it has stayed for a while. */
#define PAUSE_FIRST 1
#define PAUSE_MOST 64
#define WELL 60
/* Seconds at most until leases are looked at again: a machine may sleep meanwhile, and what failed may work.
 */
#define LOOK 60

typedef struct Keeper {
    const char *name, *label, *client, *program;
    char *const *argv;
    char *file;     /* in which the client has noted itself */
    GrantTerm term; /* of the leases that are its */
    NsId id;
    pid_t self;
    unsigned pause;
} Keeper;

bool keeper_is_called(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    return strcmp(slash ? slash + 1 : argv0, "keep") == 0;
}

/* Not in a namespace that has gone, or whose name another one has by now. While it is being built, it has no
 * name yet. */
static bool is_wanted(const Keeper *keeper)
{
    g_autofree char *directory = leased_directory(keeper->name);
    g_autoptr(Record) record = record_load(keeper->name, NULL);
    int fd = record && record->ready ? nsfs_open(keeper->name, NULL) : -1;
    bool named = nsfs_is(fd, keeper->id);

    if (fd >= 0)
        close(fd);
    return record && nsfs_id_equal(record->id, keeper->id) && (!record->ready || named) &&
           access(directory, F_OK) == 0;
}

/* ---- leases without a client ------------------------------------------------------------------------- */

/* Milliseconds until there is something to be done, -1: there is nothing. */
static int expire(Keeper *keeper)
{
    g_autoptr(GError) error = NULL;

    if (!grant_expire(&keeper->term, &error) && error) {
        say_error("%s: [Link %s]: %s", keeper->name, keeper->label, error->message);
        return LOOK * 1000;
    }
    return keeper->term.next ? (int)CLAMP(keeper->term.next - leased_clock(), 1, LOOK) * 1000 : -1;
}

static void rest(Keeper *keeper)
{
    gint64 end = leased_clock() + keeper->pause;

    keeper->term.begun = G_MAXINT64; /* nobody is there who could renew what there is */
    do {
        int left = (int)(end - leased_clock()) * 1000, next = expire(keeper);
        (void)poll(NULL, 0, next < 0 ? left : MIN(left, next));
    } while (leased_clock() < end);
}

/* ---- the client -------------------------------------------------------------------------------------- */

/* In the child. `down` ends us first and then whoever is noted: until it is noted it ends with us. */
static bool note(const void *user, GError **error)
{
    const Keeper *keeper = user;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper->self)
        _exit(1);
    if (!resident_note(keeper->file, error))
        return false;
    (void)prctl(PR_SET_PDEATHSIG, 0);
    return true;
}

/* udhcpc has the address taken away when it begins; that of the one before is good until its time is over. */
static void spare_address(const Keeper *keeper)
{
    g_autofree char *again = leased_file(keeper->name, keeper->label, LEASED_AGAIN);
    json_t *all = g_str_equal(keeper->client, "udhcpc") ? leased_load(keeper->name, keeper->label) : NULL;

    if (json_object_get(all, "ipv4"))
        (void)g_file_set_contents_full(again, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
    json_decref(all);
}

/* A pidfd, or -1. */
static int start(Keeper *keeper)
{
    int fd = -1;
    SpawnStay stay = {.program = keeper->program,
                      .argv = keeper->argv,
                      .env = environ,
                      .nsfd = -1,
                      .prepare = note,
                      .user = keeper,
                      .said = STDERR_FILENO, /* ours: for `up`, or nowhere */
                      .ret_end = &fd};
    g_autoptr(GError) error = NULL;

    spare_address(keeper);
    keeper->term.begun = leased_clock();
    if (!spawn_stay(&stay, &error))
        say_error("%s: [Link %s]: %s", keeper->name, keeper->label, error->message);
    return fd;
}

/* Until it ends. */
static void stay_beside(Keeper *keeper, int fd)
{
    struct pollfd end = {fd, POLLIN, 0};
    int done;

    while ((done = poll(&end, 1, expire(keeper))) == 0 || (done < 0 && errno == EINTR))
        ;
}

/* How one ended that we had started, owned by the caller; what it has left in its session goes with it.
 * NULL: it was started by a keeper before us. */
static char *bury(int fd)
{
    siginfo_t end = {};

    if (waitid(P_PIDFD, (id_t)fd, &end, WEXITED | WNOWAIT) < 0)
        return NULL;
    (void)kill(-end.si_pid, SIGKILL); /* the number is nobody else's until it is waited for */
    (void)waitid(P_PIDFD, (id_t)fd, &end, WEXITED);
    return end.si_code == CLD_EXITED ? g_strdup_printf("exited with status %d", end.si_status)
                                     : g_strdup_printf("killed by signal %d", end.si_status);
}

static void tell_end(const Keeper *keeper, const char *how)
{
    say_warning("%s: [Link %s]: %s has ended%s%s%s; it is started again in %u s", keeper->name, keeper->label,
                keeper->client, how ? " (" : "", how ? how : "", how ? ")" : "", keeper->pause);
}

/* False: nobody needs one any more. */
static bool outlive(Keeper *keeper, int fd)
{
    g_autofree char *how = NULL;

    stay_beside(keeper, fd);
    how = bury(fd);
    if (!is_wanted(keeper))
        return false;
    if (leased_clock() - keeper->term.begun >= WELL)
        keeper->pause = PAUSE_FIRST;
    tell_end(keeper, how);
    return true;
}

static void keep(Keeper *keeper)
{
    int fd = resident_open(keeper->file, keeper->id);
    bool wanted = is_wanted(keeper);

    while (wanted) {
        if (fd < 0)
            fd = start(keeper);
        wanted = fd >= 0 ? outlive(keeper, fd) : is_wanted(keeper);
        if (fd >= 0)
            close(fd);
        fd = -1;
        if (wanted)
            rest(keeper);
        keeper->pause = MIN(keeper->pause * 2, PAUSE_MOST);
        wanted = wanted && is_wanted(keeper);
    }
    if (fd >= 0)
        close(fd);
}

int keeper_main(int argc, char **argv)
{
    Keeper keeper = {.name = g_getenv("NETNS"),
                     .label = g_getenv("NETNS_LINK"),
                     .client = g_getenv("NETNS_CLIENT"),
                     .self = getpid(),
                     .pause = PAUSE_FIRST};
    g_autoptr(GError) error = NULL;
    int here = nsfs_open_self(&error);
    bool fine = here >= 0 && nsfs_id(here, &keeper.id, &error);

    if (here >= 0)
        close(here);
    if (argc < 4 || !keeper.name || !keeper.label || !keeper.client || !fine) {
        say_error("this stays beside the DHCP client of a namespace, which netnsctl up starts");
        return 2;
    }
    say_to_syslog("netns-broker");
    keeper.program = argv[2];
    keeper.argv = argv + 3;
    keeper.file = leased_file(keeper.name, keeper.label, argv[1]);
    keeper.term = (GrantTerm){.name = keeper.name,
                              .label = keeper.label,
                              .client = keeper.client,
                              .only = g_str_equal(keeper.client, "dhcpcd") ? NULL
                                      : g_str_equal(argv[1], ".pid6")      ? "ipv6"
                                                                           : "ipv4"};
    keep(&keeper);
    g_free(keeper.file);
    return 0;
}
