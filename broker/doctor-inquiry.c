/* doctor-inquiry.c - see doctor-inquiry.h. Nothing waits: a question that cannot be sent at once has failed.
 */
#include "doctor-inquiry.h"

#include "doctor-lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void end(Inquiry *inquiry, const char *outcome, const char *why)
{
    inquiry->outcome = outcome;
    inquiry->why = why;
}

static void fail(Inquiry *inquiry)
{
    end(inquiry, LOOKUP_FAILED, strerrordesc_np(errno));
}

void inquiry_done(Inquiry *inquiry)
{
    if (inquiry->fd >= 0)
        close(inquiry->fd);
    inquiry->fd = -1;
}

/* ---- a name server (RFC 1035) ------------------------------------------------------------------------- */

#define DNS_HEAD 12
#define DNS_RESPONSE 0x80 /* in the third byte */

/* The question for @name's IPv4 address. Labels are below 64 bytes, as ours are. */
static size_t question_write(unsigned char *packet, size_t room, unsigned id, const char *name)
{
    static const unsigned char tail[] = {0, 0, 1, 0, 1}; /* root, A, IN */
    g_auto(GStrv) labels = g_strsplit(name, ".", -1);
    size_t at = DNS_HEAD;

    g_assert(strlen(name) + DNS_HEAD + 1 + sizeof tail < room);
    memset(packet, 0, DNS_HEAD);
    packet[0] = (unsigned char)(id >> 8);
    packet[1] = (unsigned char)id;
    packet[2] = 1; /* recursion desired */
    packet[5] = 1; /* one question */
    for (char **label = labels; *label; label++) {
        size_t length = strlen(*label);
        packet[at++] = (unsigned char)length;
        memcpy(packet + at, *label, length);
        at += length;
    }
    memcpy(packet + at, tail, sizeof tail);
    return at + sizeof tail;
}

void inquiry_repeat_server(Inquiry *inquiry, const char *name)
{
    unsigned char packet[512];
    size_t size = question_write(packet, sizeof packet, inquiry->id, name);

    if (send(inquiry->fd, packet, size, MSG_NOSIGNAL) < 0)
        fail(inquiry);
}

/* With its zone, where it has one (fe80::1%eth0). */
static int server_connect(const char *server)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *address = NULL;
    int fd = -1, cause = EINVAL;

    if (getaddrinfo(server, "53", &hints, &address) == 0) {
        fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cause = errno;
        if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
            cause = errno;
            close(fd);
            fd = -1;
        }
        freeaddrinfo(address);
    }
    errno = cause;
    return fd;
}

void inquiry_begin_server(Inquiry *inquiry, const char *server, const char *name)
{
    *inquiry = (Inquiry){.id = (unsigned)g_random_int_range(1, 0x10000)};
    inquiry->fd = server_connect(server);
    if (inquiry->fd < 0)
        fail(inquiry);
    else
        inquiry_repeat_server(inquiry, name);
}

/* That the name does not exist is what a server that works says. */
void inquiry_hear_server(Inquiry *inquiry)
{
    static const char *const codes[16] = {[1] = "it says the question is malformed (FORMERR)",
                                          [2] = "it says it failed (SERVFAIL)",
                                          [4] = "it says it does not know how (NOTIMP)",
                                          [5] = "it refuses to (REFUSED)"};
    unsigned char packet[4096];
    ssize_t got = recv(inquiry->fd, packet, sizeof packet, 0);

    if (got < 0 && errno != EAGAIN)
        fail(inquiry);
    else if (got >= DNS_HEAD && (packet[2] & DNS_RESPONSE) &&
             (unsigned)(packet[0] << 8 | packet[1]) == inquiry->id)
        end(inquiry, LOOKUP_ANSWERED, codes[packet[3] & 15]);
}

/* ---- sockets in the file system ---------------------------------------------------------------------- */

/* @request is the question, whole. */
static void begin_local(Inquiry *inquiry, const char *path, const void *request, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    *inquiry = (Inquiry){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (inquiry->fd < 0)
        fail(inquiry);
    else if (connect(inquiry->fd, (struct sockaddr *)&address, sizeof address) < 0)
        end(inquiry, errno == ENOENT || errno == ECONNREFUSED ? LOOKUP_CLOSED : LOOKUP_FAILED,
            strerrordesc_np(errno));
    else if (send(inquiry->fd, request, size, MSG_NOSIGNAL) != (ssize_t)size)
        fail(inquiry);
}

/* https://varlink.org: JSON, and a NUL at its end. */
void inquiry_begin_varlink(Inquiry *inquiry, const char *path, const char *name)
{
    g_autofree char *request = g_strdup_printf("{\"method\":\"io.systemd.Resolve.ResolveHostname\","
                                               "\"parameters\":{\"name\":\"%s\",\"family\":2,\"flags\":0}}",
                                               name);

    begin_local(inquiry, path, request, strlen(request) + 1);
}

/* That there is no such name, or that no server can be asked, is an answer: systemd-resolved has looked. */
void inquiry_hear_varlink(Inquiry *inquiry)
{
    char answer[4096];
    ssize_t got = recv(inquiry->fd, answer, sizeof answer, 0);

    if (got > 0)
        end(inquiry, LOOKUP_ANSWERED, NULL);
    else if (got == 0)
        end(inquiry, LOOKUP_CLOSED, NULL);
    else if (errno != EAGAIN)
        fail(inquiry);
}

/* glibc's nscd/nscd-client.h, the same since 2000; nsncd speaks it too. */
#define NSCD_VERSION 2
#define NSCD_GETAI 14

void inquiry_begin_nscd(Inquiry *inquiry, const char *path, const char *name)
{
    const int32_t head[3] = {NSCD_VERSION, NSCD_GETAI, (int32_t)strlen(name) + 1};
    char request[sizeof head + 256];

    g_assert(strlen(name) < 256);
    memcpy(request, head, sizeof head);
    strcpy(request + sizeof head, name);
    begin_local(inquiry, path, request, sizeof head + strlen(name) + 1);
}

/* {version, found, …}: found is -1 where it is not to look up hosts. */
void inquiry_hear_nscd(Inquiry *inquiry)
{
    int32_t answer[2] = {};
    ssize_t got = recv(inquiry->fd, answer, sizeof answer, 0);

    if (got < 0 && errno == EAGAIN)
        return;
    if (got < 0)
        fail(inquiry);
    else
        end(inquiry, got == sizeof answer && answer[1] >= 0 ? LOOKUP_ANSWERED : LOOKUP_CLOSED, NULL);
}
