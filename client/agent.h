/* agent.h - polkit's text prompt on the caller's terminal, while a question is open. libc only. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Start pkttyagent for this process and wait until polkit knows it.
 * @fallback: an agent of the user's session (a desktop's dialog) goes first.
 * Returns its pid, or 0 where there is none to start (no terminal, not installed, no process left to have):
 * not an error, since a graphical agent may answer instead. The child holds no capability and no fd of ours.
 */
pid_t agent_start(bool fallback);

/* End it and reap it. @agent 0: nothing to do. SIGCHLD is neither caught nor sent: the caller's disposition
 * and mask stay. */
void agent_stop(pid_t agent);
