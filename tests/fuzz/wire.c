/* wire - whatever bytes and descriptors come as one packet: received or refused, never half, and no
 * descriptor is left over.
 *
 * The first byte of the input is how many descriptors come along. */
#include "wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void packet_send(int sock, const uint8_t *bytes, size_t size, size_t n_fds)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(32 * sizeof(int))];
    } control = {0};
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (n_fds > 0) {
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        for (size_t i = 0; i < n_fds; i++)
            memcpy(CMSG_DATA(c) + i * sizeof(int), &sock, sizeof(int));
    }
    if (sendmsg(sock, &message, MSG_NOSIGNAL) != (ssize_t)size)
        abort();
}

/* What was accepted is accepted again after a round trip, and says the same. */
static void packet_repeat(const Wire *wire)
{
    int ends[2];
    Wire again;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0 || wire_send(ends[0], wire, NULL, 0) < 0 ||
        wire_receive(ends[1], &again) < 0 || again.length != wire->length ||
        memcmp(again.bytes, wire->bytes, wire->length) != 0)
        abort();
    close(ends[0]);
    close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int ends[2];
    Wire wire;
    if (size < 2 || size > 2 * WIRE_MAX || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
        return 0;
    packet_send(ends[0], bytes + 1, size - 1, bytes[0] % 32);
    int lowest = dup(ends[0]);
    close(lowest);
    if (wire_receive(ends[1], &wire) == 0) {
        (void)wire_get(&wire, "NAMESPACE");
        packet_repeat(&wire);
        wire_done(&wire);
    }
    int now = dup(ends[0]);
    if (now != lowest) /* a descriptor was left open */
        abort();
    close(now);
    close(ends[0]);
    close(ends[1]);
    return 0;
}
