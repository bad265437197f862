/* resident.c - see resident.h. A pid alone may be another's by now; with the time at which it started it is
 * not, as long as the machine runs. */
#include "resident.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE 5000 /* ms, until it is killed: dhcpcd takes back its addresses and routes meanwhile */
#define KILL_PATIENCE 10000

typedef struct Resident {
    pid_t pid;
    guint64 start; /* in ticks since boot: field 22 of /proc/PID/stat */
} Resident;

/* 0: there is no such process. The name in parentheses may hold anything, parentheses too: proc(5). */
static guint64 start_of(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid), *text = NULL;
    const char *behind = g_file_get_contents(path, &text, NULL, NULL) ? strrchr(text, ')') : NULL;
    g_auto(GStrv) fields = behind ? g_strsplit(behind + 1, " ", 0) : NULL;

    /* fields[1] is field 3, the state: one that is dead but not yet waited for has gone */
    return fields && g_strv_length(fields) > 20 && fields[1][0] != 'Z'
               ? g_ascii_strtoull(fields[20], NULL, 10)
               : 0;
}

bool resident_note(const char *file, GError **error)
{
    g_autofree char *text = g_strdup_printf("%d %" G_GUINT64_FORMAT "\n", getpid(), start_of(getpid()));

    return g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

static bool read_file(const char *file, Resident *ret)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(file, &text, NULL, NULL) &&
           sscanf(text, "%d %" G_GUINT64_FORMAT, &ret->pid, &ret->start) == 2 && ret->pid > 1 && ret->start;
}

/* Without CAP_SYS_PTRACE the namespace of a process that has dropped its privileges is not shown: then the
 * time at which it started has to do. */
static bool is_elsewhere(pid_t pid, NsId id)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", pid);
    struct stat st;

    return stat(path, &st) == 0 && !nsfs_id_equal((NsId){st.st_dev, st.st_ino}, id);
}

int resident_open(const char *file, NsId id)
{
    Resident resident;
    int fd;

    if (!read_file(file, &resident))
        return -1;
    fd = (int)syscall(SYS_pidfd_open, resident.pid, 0);
    if (fd >= 0 && start_of(resident.pid) == resident.start && !is_elsewhere(resident.pid, id))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool resident_is_there(const char *file, NsId id)
{
    int fd = resident_open(file, id);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* False with errno 0: it was not in time. */
static bool has_ended(int fd, int limit)
{
    struct pollfd end = {fd, POLLIN, 0};
    int done;

    while ((done = poll(&end, 1, limit)) < 0 && errno == EINTR)
        ;
    if (done == 0)
        errno = 0;
    return done > 0;
}

static bool signal_it(int fd, int number)
{
    return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) == 0 || errno == ESRCH;
}

void resident_signal(const char *file, NsId id, int number)
{
    int fd = resident_open(file, id);

    if (fd >= 0) {
        (void)signal_it(fd, number);
        close(fd);
    }
}

bool resident_end(const char *file, NsId id, GError **error)
{
    int fd = resident_open(file, id);
    bool fine =
        fd < 0 || (signal_it(fd, SIGTERM) &&
                   (has_ended(fd, PATIENCE) || (signal_it(fd, SIGKILL) && has_ended(fd, KILL_PATIENCE))));

    if (!fine)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the process of %s cannot be ended: %s", file,
                    errno ? g_strerror(errno) : "it does not react");
    if (fd >= 0)
        close(fd);
    if (fine)
        (void)unlink(file);
    return fine;
}
