/* spawn.c - see spawn.h. Plain fork(2): the worker has one thread and little memory. */
#include "spawn.h"

#include "nsfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *const bare_environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", NULL};

/* stdin: the input in a memfd, so that nobody has to feed a pipe; without input /dev/null. */
static int input_open(const char *input)
{
    int fd;

    if (!input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    fd = memfd_create("input", MFD_CLOEXEC);
    if (fd >= 0 &&
        (write(fd, input, strlen(input)) != (ssize_t)strlen(input) || lseek(fd, 0, SEEK_SET) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

#define ASK_LIMIT 3000 /* ms */
#define READ_LIMIT 60000
#define OUTPUT_MAX (64 * 1024 * 1024)
#define WORDS_MAX (16 * 1024)

/* What we would have waited for does not go on when we are killed: nft would change a table after our lock
 * has gone to the next. A hook, which has an environment of its own, is somebody's work and goes on. */
static void end_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* before that was set */
        _exit(126);
}

/* @out, @err: what becomes its stdout and stderr, -1: ours. */
G_GNUC_NORETURN static void child(char *const *argv, char *const *env, int nsfd, int in, int out, int err,
                                  pid_t parent)
{
    g_autoptr(GError) error = NULL;
    sigset_t none;

    if (!env)
        end_with(parent);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(in, 0) < 0 || (out >= 0 && dup2(out, 1) < 0) || (err >= 0 && dup2(err, 2) < 0) ||
        chdir("/") < 0 || (nsfd >= 0 && !nsfs_enter(nsfd, &error))) {
        dprintf(2, "%s: cannot be prepared: %s\n", argv[0], error ? error->message : strerror(errno));
        _exit(126);
    }
    execve(argv[0], argv, env ? env : bare_environment);
    dprintf(2, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* Without pidfd_open (a seccomp filter) there is no limit. */
static bool is_in_time(pid_t pid, int limit)
{
    struct pollfd end = {(int)syscall(SYS_pidfd_open, pid, 0), POLLIN, 0};
    int done = 1;

    if (end.fd < 0)
        return true;
    while ((done = poll(&end, 1, limit)) < 0 && errno == EINTR)
        ;
    close(end.fd);
    return done != 0;
}

/* @limit: ms, then it is killed; -1: none. */
static bool wait_for(pid_t pid, int limit, const char *program, GError **error)
{
    int status;

    if (limit >= 0 && !is_in_time(pid, limit))
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) {
            g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: cannot be waited for: %s", program,
                        g_strerror(errno));
            return false;
        }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status))
        g_set_error(error, G_SPAWN_EXIT_ERROR, WEXITSTATUS(status), "%s: exited with status %d", program,
                    WEXITSTATUS(status));
    else
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: killed by signal %d", program,
                    WTERMSIG(status));
    return false;
}

/* Its pid, or -1 and an error. */
static pid_t begin(char *const *argv, char *const *env, int nsfd, const char *input, int out, int err,
                   GError **error)
{
    int in = input_open(input);
    pid_t parent = getpid(), pid = in < 0 ? -1 : fork();

    if (pid == 0)
        child(argv, env, nsfd, in, out, err, parent);
    if (pid < 0)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FORK, "%s: cannot be started: %s", argv[0],
                    g_strerror(errno));
    if (in >= 0)
        close(in);
    return pid;
}

static bool run(char *const *argv, char *const *env, int nsfd, const char *input, int out, int err, int limit,
                GError **error)
{
    pid_t pid = begin(argv, env, nsfd, input, out, err, error);

    return pid > 0 && wait_for(pid, limit, argv[0], error);
}

bool spawn_run(char *const *argv, char *const *env, int nsfd, const char *input, GError **error)
{
    return run(argv, env, nsfd, input, -1, -1, -1, error);
}

/* What is in the file @fd, from its start. */
static char *contents(int fd)
{
    off_t size = MIN(lseek(fd, 0, SEEK_END), OUTPUT_MAX);
    char *text = g_malloc((gsize)MAX(size, 0) + 1);
    ssize_t got = size > 0 ? pread(fd, text, (size_t)size, 0) : 0;

    text[MAX(got, 0)] = '\0';
    return text;
}

/* Into a memfd, not a pipe: nobody has to read while it runs, and what it leaves in the background keeps
 * nobody waiting. */
bool spawn_read(char *const *argv, char *const *env, int nsfd, const char *input, bool errors, char **ret,
                GError **error)
{
    int out = memfd_create("output", MFD_CLOEXEC);
    bool fine;

    if (out < 0) {
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: nowhere to print: %s", argv[0],
                    g_strerror(errno));
        *ret = g_strdup("");
        return false;
    }
    fine = run(argv, env, nsfd, input, out, errors ? out : -1, READ_LIMIT, error);
    *ret = contents(out);
    close(out);
    return fine;
}

char *spawn_hear(char *const *argv, int nsfd)
{
    int out = memfd_create("output", MFD_CLOEXEC);
    char *text = NULL;

    if (out < 0)
        return NULL;
    (void)run(argv, NULL, nsfd, NULL, out, out, ASK_LIMIT, NULL);
    text = contents(out);
    close(out);
    return text;
}

char *spawn_ask(char *const *argv, int nsfd)
{
    int out = memfd_create("output", MFD_CLOEXEC), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    char *text = NULL;

    if (out >= 0 && null >= 0 && run(argv, NULL, nsfd, NULL, out, null, ASK_LIMIT, NULL))
        text = contents(out);
    if (out >= 0)
        close(out);
    if (null >= 0)
        close(null);
    return text;
}

bool spawn_begin(char *const *argv, char *const *env, Spawned *ret, GError **error)
{
    Spawned spawned = {.end = -1, .out = memfd_create("output", MFD_CLOEXEC)};

    if (spawned.out < 0) {
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: nowhere to print: %s", argv[0],
                    g_strerror(errno));
        return false;
    }
    spawned.pid = begin(argv, env, -1, NULL, spawned.out, spawned.out, error);
    if (spawned.pid < 0) {
        close(spawned.out);
        return false;
    }
    spawned.end = (int)syscall(SYS_pidfd_open, spawned.pid, 0);
    *ret = spawned;
    return true;
}

bool spawn_end(Spawned *spawned, const char *program, int limit, char **ret, GError **error)
{
    bool fine = wait_for(spawned->pid, limit, program, error);

    *ret = contents(spawned->out);
    close(spawned->out);
    if (spawned->end >= 0)
        close(spawned->end);
    return fine;
}

/* What is wrong goes to the parent; nothing, and the end of the pipe, when the program runs. */
G_GNUC_NORETURN static void child_stay(const SpawnStay *stay, int report)
{
    g_autoptr(GError) error = NULL;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), out = stay->said >= 0 ? stay->said : null;
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setsid();
    (void)umask(022);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir("/") < 0)
        dprintf(report, "cannot be prepared: %s", strerror(errno));
    else if ((stay->nsfd >= 0 && !nsfs_enter(stay->nsfd, &error)) ||
             (stay->prepare && !stay->prepare(stay->user, &error)))
        dprintf(report, "%s", error->message);
    else {
        execve(stay->program, stay->argv, stay->env ? stay->env : bare_environment);
        dprintf(report, "%s", strerror(errno));
    }
    _exit(127);
}

/* Not a pipe: a write to that when nobody reads any more would end the program. */
int spawn_words_open(void)
{
    int fd = memfd_create("words", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0 &&
        (ftruncate(fd, WORDS_MAX) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

char *spawn_words(int fd)
{
    return fd >= 0 ? contents(fd) : g_strdup("");
}

/* Its pid, and where what is wrong with it can be read; or -1 and an error. */
static pid_t fork_stay(const SpawnStay *stay, int *ret_report, GError **error)
{
    int report[2] = {-1, -1};
    pid_t pid = pipe2(report, O_CLOEXEC) < 0 ? -1 : fork();

    if (pid == 0)
        child_stay(stay, report[1]);
    if (pid < 0)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FORK, "%s: cannot be started: %s", stay->argv[0],
                    g_strerror(errno));
    if (report[1] >= 0)
        close(report[1]);
    if (pid < 0 && report[0] >= 0)
        close(report[0]);
    *ret_report = report[0];
    return pid;
}

bool spawn_stay(const SpawnStay *stay, GError **error)
{
    char words[512];
    ssize_t length;
    int report;
    pid_t pid = fork_stay(stay, &report, error);

    if (pid < 0)
        return false;
    while ((length = read(report, words, sizeof words - 1)) < 0 && errno == EINTR)
        ;
    close(report);
    if (length <= 0) {
        if (stay->ret_end)
            *stay->ret_end = (int)syscall(SYS_pidfd_open, pid, 0);
        return true;
    }
    words[length] = '\0';
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: %s", stay->argv[0], words);
    (void)waitpid(pid, NULL, 0);
    return false;
}

pid_t spawn_detach(GError **error)
{
    pid_t pid = fork();

    if (pid < 0)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FORK, "cannot go on in the background: %s",
                    g_strerror(errno));
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        (void)setsid();
        /* whoever reads our output is not kept waiting for what we leave in the background */
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
            _exit(1);
    }
    return pid;
}
