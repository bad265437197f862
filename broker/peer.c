/* peer.c - who is at the other end of a connection.
 *
 * The principal is the uid (and groups) that the kernel noted at connect(2). Nothing about who somebody is
 * comes from /proc: a pid can be somebody else's a moment later. /proc is read only for what may refuse a
 * peer (its user namespace) and for the start time that polkit compares, and always with a pidfd that proves
 * afterwards that the pid was still the peer's. */
#include "peer.h"

#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* linux/socket.h since 6.5; the C library of Debian 12 does not know it. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#define DEFAULT_OVERFLOW_UID 65534

G_DEFINE_QUARK(netns_broker_peer_error, peer_error)

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, PEER_ERROR, 0, why);
    return false;
}

static char *proc_read(const Peer *peer, const char *file, GError **error)
{
    char path[64], text[4096]; /* status, the longest, has half of that */
    ssize_t length = -1;
    g_snprintf(path, sizeof path, "/proc/%d/%s", (int)peer->pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        length = read(fd, text, sizeof text - 1);
    int cause = errno;
    if (fd >= 0)
        close(fd);
    if (length < 0) {
        refuse(error, "cannot read %s: %s", path, g_strerror(cause));
        return NULL;
    }
    text[length] = '\0';
    return g_strdup(text);
}

/* What the kernel shows for a uid that has no counterpart here; an admin can change it (proc_sys_fs(5)). Read
 * at the first caller, for good. */
static uid_t overflow_uid(void)
{
    static uid_t uid = (uid_t)-1;
    g_autofree char *text = NULL;
    if (uid == (uid_t)-1)
        uid = g_file_get_contents("/proc/sys/kernel/overflowuid", &text, NULL, NULL)
                  ? (uid_t)strtoul(text, NULL, 10)
                  : DEFAULT_OVERFLOW_UID;
    return uid;
}

bool peer_listen(int listener, GError **error)
{
    int on = 1;
    /* inherited by what is accepted, so that a packet sent before accept(2) carries them too */
    if (setsockopt(listener, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0)
        return true;
    return refuse(error, "cannot ask for credentials on the socket: %s", g_strerror(errno));
}

static bool credentials_take(int sock, Peer *peer, GError **error)
{
    struct ucred who;
    socklen_t size = sizeof who;
    if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
        return refuse(error, "cannot tell who is calling: %s", g_strerror(errno));
    peer->pid = who.pid;
    peer->uid = who.uid;
    peer->gid = who.gid;
    if (who.pid <= 0)
        return refuse(error, "a caller without a pid here (another pid namespace?)");
    /* uids beyond INT_MAX turned negative in polkit (CVE-2018-19788) */
    if (who.uid == (uid_t)-1 || who.uid > INT_MAX)
        return refuse(error, "a caller with uid %u, which is nobody's", who.uid);
    if (who.uid == overflow_uid())
        return refuse(error, "a caller with the overflow uid %u (nobody, or unmapped)", who.uid);
    return true;
}

static bool groups_take(int sock, Peer *peer, GError **error)
{
    socklen_t size = 64 * sizeof(gid_t);
    peer->groups = g_malloc(size);
    int rc = getsockopt(sock, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size);
    if (rc < 0 && errno == ERANGE) { /* size is now what it takes: at most NGROUPS_MAX, 65536 */
        peer->groups = g_realloc(peer->groups, size);
        rc = getsockopt(sock, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size);
    }
    if (rc < 0)
        return refuse(error, "cannot tell the caller's groups: %s", g_strerror(errno));
    peer->n_groups = size / sizeof(gid_t);
    return true;
}

/* Before Linux 6.5: the pid may have passed to another process since connect(2). It must at least be a
 * process of the same user: "Uid: real effective saved fs" of status, of which connect(2) noted the effective
 * one. */
static bool uid_confirm(const Peer *peer, GError **error)
{
    g_autofree char *status = proc_read(peer, "status", error);
    unsigned real, effective;
    if (!status)
        return false;
    const char *line = strstr(status, "\nUid:");
    if (!line || sscanf(line, "\nUid: %u %u", &real, &effective) != 2 || effective != peer->uid)
        return refuse(error, "pid %d is not the caller's any more", (int)peer->pid);
    return true;
}

static bool pidfd_take(int sock, Peer *peer, GError **error)
{
    socklen_t size = sizeof peer->pidfd;
    if (getsockopt(sock, SOL_SOCKET, SO_PEERPIDFD, &peer->pidfd, &size) == 0)
        return true;
    peer->pidfd = -1;
    if (errno != ENOPROTOOPT)
        return refuse(error, "the caller is gone: %s", g_strerror(errno));
    peer->pidfd = pidfd_open(peer->pid, 0);
    if (peer->pidfd < 0)
        return refuse(error, "the caller is gone: %s", g_strerror(errno));
    return uid_confirm(peer, error);
}

/* Without CAP_SYS_PTRACE nobody may look at another process's /proc/PID/ns/user, but its uid_map can be read
 * by all, and a user namespace that is not ours has another one (one that maps every uid to itself can be
 * made by root only). */
static bool userns_confirm(const Peer *peer, GError **error)
{
    static char *ours; /* a process's own never changes */
    if (!ours && !g_file_get_contents("/proc/self/uid_map", &ours, NULL, error))
        return false;
    g_autofree char *theirs = proc_read(peer, "uid_map", error);
    if (!theirs)
        return false;
    return strcmp(ours, theirs) == 0 ||
           refuse(error, "a caller in another user namespace (pid %d)", (int)peer->pid);
}

bool peer_identify(int sock, Peer *ret, GError **error)
{
    *ret = PEER_NONE;
    if (!credentials_take(sock, ret, error) || !groups_take(sock, ret, error) ||
        !pidfd_take(sock, ret, error) || !userns_confirm(ret, error))
        return false;
    ret->account = account_of(ret->uid);
    return peer_alive(ret) || refuse(error, "the caller is gone");
}

void peer_done(Peer *peer)
{
    if (peer->pidfd >= 0)
        close(peer->pidfd);
    g_free(peer->groups);
    *peer = PEER_NONE;
}

bool peer_sent(const Peer *peer, const Wire *packet)
{
    return packet->sender.pid == peer->pid && packet->sender.uid == peer->uid &&
           packet->sender.gid == peer->gid;
}

bool peer_alive(const Peer *peer)
{
    struct pollfd poll_fd = {.fd = peer->pidfd, .events = POLLIN};
    return peer->pidfd >= 0 && poll(&poll_fd, 1, 0) == 0; /* readable: it has exited (pidfd_open(2)) */
}

bool peer_start_time(const Peer *peer, uint64_t *ret, GError **error)
{
    g_autofree char *stat = proc_read(peer, "stat", error);
    unsigned long long ticks;
    if (!stat)
        return false;
    /* field 2 is the program's name in parentheses and may hold anything, parentheses too; field 22 is the
     * 20th after it */
    const char *rest = strrchr(stat, ')');
    if (!rest ||
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &ticks) != 1)
        return refuse(error, "cannot tell the start time of pid %d", (int)peer->pid);
    if (!peer_alive(peer))
        return refuse(error, "the caller is gone");
    *ret = ticks;
    return true;
}
