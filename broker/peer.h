/* peer.h - who is at the other end of a connection, as the kernel tells it. */
#pragma once

#include "wire.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct Peer {
    pid_t pid;
    uid_t uid;
    uid_t account; /* account_of() it, as it was when he came: what is limited is counted by that */
    gid_t gid;     /* primary */
    gid_t *groups; /* supplementary, as they were at connect(2) */
    size_t n_groups;
    int pidfd; /* -1: none */
} Peer;

#define PEER_NONE ((Peer){.pid = 0, .uid = (uid_t)-1, .account = (uid_t)-1, .gid = (gid_t)-1, .pidfd = -1})

#define PEER_ERROR peer_error_quark()
GQuark peer_error_quark(void);

/* Makes sockets accepted from @listener deliver the sender's credentials with each packet, from the first one
 * on. */
bool peer_listen(int listener, GError **error);

/* Fills @ret (to be freed by peer_done, also after a failure) with who connected @sock. Fails for those that
 * cannot be named: pid 0, uid -1, the overflow uid, a uid beyond INT_MAX, a process that is gone, a process
 * in another user namespace. */
bool peer_identify(int sock, Peer *ret, GError **error);
void peer_done(Peer *peer);

/* True when the packet was sent by the process that connected, with the same uid and gid: a socket that was
 * handed on, or kept over an exec of another user's program, does not speak for whoever opened it. */
bool peer_sent(const Peer *peer, const Wire *packet);

/* Not a moment of its own: to be asked right before an answer is sent. */
bool peer_alive(const Peer *peer);

/* Start time of the process in clock ticks after boot (proc_pid_stat(5), field 22), which polkit wants to
 * know; read while the pidfd proves that the pid is still the peer's. */
bool peer_start_time(const Peer *peer, uint64_t *ret, GError **error);
