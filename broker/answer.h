/* answer.h - what a stranger is told: the packets that go back. One each; a send that fails is nobody's
 * concern any more. */
#pragma once

#include "peer.h"
#include "request.h"

#include <stddef.h>

/* The same bytes for what is forbidden, what does not exist and what is broken: nobody learns which names
 * there are. */
void answer_denied(int sock);

/* ERROR=@error, MESSAGE=@message on one line. */
void answer_error(int sock, const char *error, const char *message);

/* ERROR=failed: root is told @why, others where to look. @up: the namespace is there, what belongs to it is
 * not. */
void answer_failed(int sock, const Peer *peer, const Request *request, bool up, const char *why);

/* RESULT=ok, with @n_fds descriptors called @names ("netns,sys"; NULL: none), which stay the caller's.
 * @apart: what the host mounts later is not to appear where they are mounted (PROPAGATION=private). */
void answer_ok(int sock, const char *names, bool apart, const int *fds, size_t n_fds);
