/* wire.c - one packet each way: KEY=VALUE lines and file descriptors.
 *
 * In memory every line ends in NUL, so that wire_get can hand out C strings; on the socket it ends in a
 * newline. What arrives is believed only as a whole: one oddity (a NUL, a line without a key, a control
 * message nobody asked for) and the packet is refused with all its fds closed. */
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for one fd more than is allowed, so that too many are seen as too many, plus SCM_CREDENTIALS where
 * SO_PASSCRED is on. */
#define CONTROL_ROOM (CMSG_SPACE((WIRE_FDS + 1) * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred)))

typedef union ControlBuffer {
    struct cmsghdr align;
    char bytes[CONTROL_ROOM];
} ControlBuffer;

void wire_init(Wire *wire)
{
    wire->length = 0;
    wire->bytes[0] = '\0';
    wire->overflow = false;
    wire->n_fds = 0;
    wire->sender = (struct ucred){.pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1};
}

void wire_done(Wire *wire)
{
    for (size_t i = 0; i < wire->n_fds; i++)
        if (wire->fds[i] >= 0)
            close(wire->fds[i]);
    wire->n_fds = 0;
}

void wire_put(Wire *wire, const char *key, const char *value)
{
    size_t key_length = strlen(key), value_length = strlen(value);
    if (wire->overflow || strchr(value, '\n') || key_length > WIRE_MAX || value_length > WIRE_MAX ||
        key_length + value_length + 2 > WIRE_MAX - wire->length) {
        wire->overflow = true;
        return;
    }
    char *end = wire->bytes + wire->length;
    memcpy(end, key, key_length);
    end[key_length] = '=';
    memcpy(end + key_length + 1, value, value_length + 1);
    wire->length += key_length + value_length + 2;
    wire->bytes[wire->length] = '\0';
}

const char *wire_get(const Wire *wire, const char *key)
{
    size_t key_length = strlen(key);
    const char *end = wire->bytes + wire->length;
    for (const char *line = wire->bytes; line < end; line += strlen(line) + 1)
        if (strncmp(line, key, key_length) == 0 && line[key_length] == '=')
            return line + key_length + 1;
    return NULL;
}

int wire_send(int sock, const Wire *wire, const int *fds, size_t n_fds)
{
    if (wire->overflow || wire->length == 0 || n_fds > WIRE_FDS) {
        errno = EMSGSIZE;
        return -1;
    }
    char text[WIRE_MAX];
    for (size_t i = 0; i < wire->length; i++)
        text[i] = wire->bytes[i] == '\0' ? '\n' : wire->bytes[i];
    struct iovec vector = {.iov_base = text, .iov_len = wire->length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    ControlBuffer control = {0};
    if (n_fds > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, n_fds * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(sock, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

/* Takes over every fd of one SCM_RIGHTS message; those beyond WIRE_FDS are closed. false: there were such. */
static bool fds_keep(Wire *wire, const struct cmsghdr *rights)
{
    size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    bool fit = true;
    for (size_t i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(rights) + i * sizeof(int), sizeof(int));
        if (wire->n_fds < WIRE_FDS) {
            wire->fds[wire->n_fds++] = fd;
        } else {
            close(fd);
            fit = false;
        }
    }
    return fit;
}

/* Looks at every control message even after a bad one: a fd not taken over would stay open for good. */
static bool control_accept(Wire *wire, struct msghdr *message)
{
    bool good = true;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            good = fds_keep(wire, c) && good;
        else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
                 c->cmsg_len == CMSG_LEN(sizeof(struct ucred)))
            memcpy(&wire->sender, CMSG_DATA(c), sizeof(struct ucred));
        else
            good = false;
    }
    return good;
}

/* [A-Z][A-Z0-9_]* before the first '='. */
static bool line_valid(const char *line)
{
    size_t length = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return length > 0 && line[0] >= 'A' && line[0] <= 'Z' && line[length] == '=';
}

/* Newlines become the NULs that end each line; the last line may lack its newline. */
static bool lines_split(Wire *wire)
{
    if (memchr(wire->bytes, '\0', wire->length))
        return false;
    if (wire->bytes[wire->length - 1] != '\n') {
        if (wire->length == WIRE_MAX)
            return false;
        wire->bytes[wire->length++] = '\n';
    }
    wire->bytes[wire->length] = '\0';
    size_t lines = 0;
    char *end = wire->bytes + wire->length;
    for (char *line = wire->bytes, *newline; line < end; line = newline + 1) {
        newline = memchr(line, '\n', (size_t)(end - line));
        *newline = '\0';
        if (++lines > WIRE_LINES || !line_valid(line))
            return false;
    }
    return true;
}

int wire_receive(int sock, Wire *ret)
{
    ControlBuffer control;
    wire_init(ret);
    struct iovec vector = {.iov_base = ret->bytes, .iov_len = WIRE_MAX};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;
    bool good = control_accept(ret, &message) && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    ret->length = (size_t)got;
    if (good && got > 0 && lines_split(ret))
        return 0;
    int why = good && got == 0 && ret->n_fds == 0 ? EPIPE : EBADMSG;
    wire_done(ret);
    ret->length = 0;
    ret->bytes[0] = '\0';
    errno = why;
    return -1;
}

int wire_take_fd(Wire *wire, size_t index)
{
    if (index >= wire->n_fds)
        return -1;
    int fd = wire->fds[index];
    wire->fds[index] = -1;
    return fd;
}
