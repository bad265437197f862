/* agent.c - polkit's text prompt: pkttyagent runs while the broker waits for polkit.
 *
 * systemctl does the same. Two things differ, because chnetns later becomes another program: the child is
 * made with exit signal 0, so that not even a blocked or ignored SIGCHLD tells of it; and it drops all
 * capabilities before anything else. */
#include "agent.h"

#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Field 22 of /proc/self/stat, in clock ticks since boot: with the pid it names a process for good. The
 * command in field 2 may hold spaces and parentheses, so counting starts behind the last ')'. */
static bool start_time_read(char ret[24])
{
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char text[1024];
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0)
        return false;
    text[got] = '\0';
    const char *field = strrchr(text, ')');
    for (int number = 2; field && number < 22; number++)
        field = strchr(field + 1, ' ');
    if (!field)
        return false;
    size_t length = strspn(field + 1, "0123456789");
    if (length == 0 || length >= 24)
        return false;
    memcpy(ret, field + 1, length);
    ret[length] = '\0';
    return true;
}

static void capabilities_drop(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    if (geteuid() != 0 && syscall(SYS_capset, &header, none) < 0)
        _exit(1);
}

/* What pkttyagent needs to speak the user's language on this terminal, and nothing else. */
static void environment_pick(char *ret[], size_t room)
{
    static const char *const wanted[] = {
        "TERM=", "LANG=", "LANGUAGE=", "LC_ALL=", "LC_MESSAGES=", "LC_CTYPE="};
    size_t count = 0;
    for (char **entry = environ; *entry; entry++)
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            if (count + 1 < room && strncmp(*entry, wanted[i], strlen(wanted[i])) == 0)
                ret[count++] = *entry;
    ret[count] = NULL;
}

/* The caller may ignore or block what ends the agent, or what tells it that its helper is done. */
static void signals_reset(void)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void agent_become(int ready, const char *process, bool fallback)
{
    capabilities_drop();
    signals_reset();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (dup2(ready, 3) < 0 || (ready == 3 && fcntl(3, F_SETFD, 0) < 0) ||
        syscall(SYS_close_range, 4, ~0U, 0) < 0)
        _exit(1);
    const char *argv[] = {
        "pkttyagent", "--notify-fd", "3", "--process", process, fallback ? "--fallback" : NULL, NULL};
    char *envp[8];
    environment_pick(envp, sizeof envp / sizeof envp[0]);
    execve(PKTTYAGENT_PATH, (char *const *)argv, envp);
    _exit(1);
}

/* pkttyagent closes its end when polkit has accepted it; the kernel does if it dies. On a machine that is
 * slow it gets as long as the bus gives an answer (25 s, g_dbus_proxy_set_default_timeout()). */
static void ready_wait(int ready)
{
    struct pollfd poller = {.fd = ready};
    while (poll(&poller, 1, 25000) < 0 && errno == EINTR)
        ;
}

pid_t agent_start(bool fallback)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), ready[2];
    /* a job in the background must not ask over the shell's prompt: it would be stopped, and the question
     * stay open */
    bool foreground = tty >= 0 && tcgetpgrp(tty) == getpgrp();
    if (tty >= 0)
        close(tty);
    if (!foreground)
        return 0;
    char start[24], process[64];
    if (!start_time_read(start) || pipe2(ready, O_CLOEXEC) < 0)
        return 0;
    snprintf(process, sizeof process, "%d,%s", (int)getpid(), start);
    long agent = syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
    if (agent == 0)
        agent_become(ready[1], process, fallback);
    close(ready[1]);
    if (agent > 0)
        ready_wait(ready[0]);
    close(ready[0]);
    return agent > 0 ? (pid_t)agent : 0;
}

void agent_stop(pid_t agent)
{
    if (agent <= 0)
        return;
    kill(agent, SIGTERM);
    kill(agent, SIGCONT);
    while (waitpid(agent, NULL, __WALL) < 0 && errno == EINTR)
        ;
}
