/* wire.h - one packet each way between chnetns/netnsctl and `netns-broker serve`: KEY=VALUE lines and file
 * descriptors.
 *
 * Shared by both sides, libc only, no allocation. The protocol is documented in netns-broker(8). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#define WIRE_MAX 4096 /* bytes of one packet, either way */
#define WIRE_FDS 32   /* most fds in a reply */
#define WIRE_LINES 32 /* most KEY=VALUE lines */

/* A received or growing packet. Lines are NUL-terminated inside `bytes`. */
typedef struct Wire {
    char bytes[WIRE_MAX + 1];
    size_t length;
    bool overflow;     /* sticky: something did not fit; wire_send refuses */
    int fds[WIRE_FDS]; /* -1 where taken; owned by the Wire until taken */
    size_t n_fds;
    struct ucred
        sender; /* SCM_CREDENTIALS of the packet where the receiver has SO_PASSCRED on; else pid 0, uid -1 */
} Wire;

void wire_init(Wire *wire);
void wire_done(Wire *wire); /* closes the fds it still owns */

/* Append KEY=VALUE. A value with a newline or NUL, or too long, sets the sticky overflow. */
void wire_put(Wire *wire, const char *key, const char *value);

/* First value of KEY, NULL when absent. Points into the packet. */
const char *wire_get(const Wire *wire, const char *key);

/* Send as one record (MSG_NOSIGNAL) with @fds. 0, or -1 and errno (EMSGSIZE on overflow). */
int wire_send(int sock, const Wire *wire, const int *fds, size_t n_fds);

/* Receive one record. 0, or -1 and errno: EBADMSG (malformed, truncated, MSG_CTRUNC, an unknown control
 * message; every fd that came is closed), EPIPE (peer closed), or recvmsg's. Every fd is close-on-exec. */
int wire_receive(int sock, Wire *ret);

/* Give away fd number @index: the caller owns it. -1 when there is none. */
int wire_take_fd(Wire *wire, size_t index);
