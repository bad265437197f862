/* listener.h - sockets of the host's own that take connections. */
#pragma once

#include "conf.h"

/* One of the current network namespace that @listen would take connections or packets from:
 * "TCP 127.0.0.1:8080", owned by the caller. NULL: there is none, or this kernel cannot say (sock_diag(7)).
 */
char *listener_find(const PortListen *listen);
