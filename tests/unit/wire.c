/* wire - one packet each way, over real sockets: what is refused, and that nothing refused leaves a
 * descriptor behind. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Pair {
    int ours, theirs;
} Pair;

static Pair pair_open(void)
{
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
    return (Pair){ends[0], ends[1]};
}

static void pair_close(Pair pair)
{
    close(pair.ours);
    close(pair.theirs);
}

/* Open descriptors of this process. */
static unsigned fds_open(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned count = 0;
    while (g_dir_read_name(dir))
        count++;
    return count;
}

/* Sends bytes as they are, with @n_fds copies of stdin. */
static void send_raw(int sock, const void *bytes, size_t length, size_t n_fds)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(64 * sizeof(int))];
    } control = {0};
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (n_fds > 0) {
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        *c = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(n_fds * sizeof(int))};
        memset(CMSG_DATA(c), 0, n_fds * sizeof(int));
    }
    g_assert_cmpint(sendmsg(sock, &message, 0), ==, (ssize_t)length);
}

static void assert_refused(const void *bytes, size_t length, size_t n_fds, int why)
{
    Pair pair = pair_open();
    Wire wire;
    unsigned before = fds_open();
    send_raw(pair.theirs, bytes, length, n_fds);
    g_assert_cmpint(wire_receive(pair.ours, &wire), ==, -1);
    g_assert_cmpint(errno, ==, why);
    g_assert_cmpuint(wire.length, ==, 0);
    g_assert_cmpuint(wire.n_fds, ==, 0);
    g_assert_null(wire_get(&wire, "A"));
    g_assert_cmpuint(fds_open(), ==, before);
    pair_close(pair);
}

static void test_round_trip(void)
{
    Pair pair = pair_open();
    Wire sent, got;
    int fds[2] = {0, 1};
    wire_init(&sent);
    wire_put(&sent, "RESULT", "ok");
    wire_put(&sent, "EMPTY", "");
    wire_put(&sent, "MESSAGE", "a=b; größer");
    wire_put(&sent, "RESULT", "second");
    g_assert_cmpint(wire_send(pair.ours, &sent, fds, 2), ==, 0);
    g_assert_cmpint(wire_receive(pair.theirs, &got), ==, 0);
    g_assert_cmpstr(wire_get(&got, "RESULT"), ==, "ok");
    g_assert_cmpstr(wire_get(&got, "EMPTY"), ==, "");
    g_assert_cmpstr(wire_get(&got, "MESSAGE"), ==, "a=b; größer");
    g_assert_null(wire_get(&got, "RESUL"));
    g_assert_null(wire_get(&got, "RESULTS"));
    g_assert_cmpuint(got.n_fds, ==, 2);
    int fd = wire_take_fd(&got, 1);
    g_assert_cmpint(fcntl(fd, F_GETFD), ==, FD_CLOEXEC);
    g_assert_cmpint(wire_take_fd(&got, 1), ==, -1);
    g_assert_cmpint(wire_take_fd(&got, 2), ==, -1);
    wire_done(&got);
    g_assert_cmpint(fcntl(fd, F_GETFD), ==, FD_CLOEXEC);
    close(fd);
    pair_close(pair);
}

static void test_own_text_is_what_sd_notify_would_send(void)
{
    Pair pair = pair_open();
    Wire sent;
    char bytes[64];
    wire_init(&sent);
    wire_put(&sent, "VERB", "enter");
    wire_put(&sent, "NAMESPACE", "vpn");
    g_assert_cmpint(wire_send(pair.ours, &sent, NULL, 0), ==, 0);
    ssize_t length = recv(pair.theirs, bytes, sizeof bytes, 0);
    g_assert_cmpmem(bytes, length, "VERB=enter\nNAMESPACE=vpn\n", 25);
    pair_close(pair);
}

static void test_overflow_is_sticky(void)
{
    Pair pair = pair_open();
    g_autofree char *most = g_strnfill(WIRE_MAX - strlen("A=") - 1, 'x'),
                    *more = g_strconcat(most, "x", NULL);
    Wire wire;
    wire_init(&wire);
    wire_put(&wire, "A", most);
    g_assert_false(wire.overflow);
    g_assert_cmpint(wire_send(pair.ours, &wire, NULL, 0), ==, 0);
    g_assert_cmpint(wire_receive(pair.theirs, &wire), ==, 0);
    g_assert_cmpstr(wire_get(&wire, "A"), ==, most);
    wire_init(&wire);
    wire_put(&wire, "A", more);
    wire_put(&wire, "B", "short");
    g_assert_true(wire.overflow);
    g_assert_cmpint(wire_send(pair.ours, &wire, NULL, 0), ==, -1);
    g_assert_cmpint(errno, ==, EMSGSIZE);
    wire_init(&wire);
    wire_put(&wire, "A", "two\nlines");
    g_assert_true(wire.overflow);
    pair_close(pair);
}

static void test_malformed(void)
{
    static const char *const bad[] = {
        "\n", "A", "A\n", "=b\n", "a=b\n", "1A=b\n", "A=b\n\nC=d\n", "A=b\nnothing", "A =b\n", " A=b\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_refused(bad[i], strlen(bad[i]), 0, EBADMSG);
        assert_refused(bad[i], strlen(bad[i]), 3, EBADMSG);
    }
    assert_refused("A=b\0C=d\n", 8, 0, EBADMSG);
}

static void test_too_much(void)
{
    g_autofree char *long_packet = g_strnfill(WIRE_MAX + 1, 'A'), *full = g_strnfill(WIRE_MAX, 'x');
    GString *lines = g_string_new(NULL);
    long_packet[1] = '=';
    memcpy(full, "A=", 2);
    assert_refused(long_packet, WIRE_MAX + 1, 1, EBADMSG);
    assert_refused(full, WIRE_MAX, 1, EBADMSG); /* its last line has no room for an end */
    for (int i = 0; i <= WIRE_LINES; i++)
        g_string_append(lines, "A=b\n");
    assert_refused(lines->str, lines->len, 1, EBADMSG);
    g_string_free(lines, TRUE);
}

static void test_too_many_fds(void)
{
    for (size_t n = WIRE_FDS + 1; n < 64; n++)
        assert_refused("A=b\n", 4, n, EBADMSG);
}

static void test_as_many_fds_as_fit(void)
{
    Pair pair = pair_open();
    Wire wire;
    unsigned before = fds_open();
    send_raw(pair.theirs, "A=b", 3, WIRE_FDS);
    g_assert_cmpint(wire_receive(pair.ours, &wire), ==, 0);
    g_assert_cmpuint(wire.n_fds, ==, WIRE_FDS);
    g_assert_cmpstr(wire_get(&wire, "A"), ==, "b");
    g_assert_cmpuint(fds_open(), ==, before + WIRE_FDS);
    wire_done(&wire);
    wire_done(&wire);
    g_assert_cmpuint(fds_open(), ==, before);
    pair_close(pair);
}

static void test_closed_peer(void)
{
    Pair pair = pair_open();
    Wire wire;
    close(pair.theirs);
    g_assert_cmpint(wire_receive(pair.ours, &wire), ==, -1);
    g_assert_cmpint(errno, ==, EPIPE);
    wire_init(&wire);
    wire_put(&wire, "A", "b");
    g_assert_cmpint(wire_send(pair.ours, &wire, NULL, 0), ==, -1); /* and no SIGPIPE */
    g_assert_cmpint(errno, ==, EPIPE);
    close(pair.ours);
}

static void test_sender(void)
{
    Pair pair = pair_open();
    Wire wire;
    int on = 1;
    send_raw(pair.theirs, "A=b", 3, 0);
    g_assert_cmpint(wire_receive(pair.ours, &wire), ==, 0);
    g_assert_cmpint(wire.sender.pid, ==, 0);
    g_assert_cmpint(setsockopt(pair.ours, SOL_SOCKET, SO_PASSCRED, &on, sizeof on), ==, 0);
    send_raw(pair.theirs, "A=b", 3, 2);
    g_assert_cmpint(wire_receive(pair.ours, &wire), ==, 0);
    g_assert_cmpint(wire.sender.pid, ==, getpid());
    g_assert_cmpuint(wire.sender.uid, ==, geteuid());
    g_assert_cmpuint(wire.n_fds, ==, 2);
    wire_done(&wire);
    pair_close(pair);
}

/* SO_PASSSEC puts the sender's security label beside the packet (SELinux); SO_TIMESTAMP is another that any
 * kernel knows. */
static void test_unknown_control_message(void)
{
    Pair pair = pair_open();
    Wire wire;
    int on = 1;
    g_assert_cmpint(setsockopt(pair.ours, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on), ==, 0);
    unsigned before = fds_open();
    send_raw(pair.theirs, "A=b", 3, 2);
    if (wire_receive(pair.ours, &wire) == 0) {
        wire_done(&wire);
        g_test_skip("this kernel puts no time beside a unix packet");
    } else {
        g_assert_cmpint(errno, ==, EBADMSG);
    }
    g_assert_cmpuint(fds_open(), ==, before);
    pair_close(pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/what is put arrives, with close-on-exec descriptors", test_round_trip);
    g_test_add_func("/wire/the packet is lines of KEY=VALUE", test_own_text_is_what_sd_notify_would_send);
    g_test_add_func("/wire/what does not fit is never sent in part", test_overflow_is_sticky);
    g_test_add_func("/wire/a malformed packet is refused and its descriptors are closed", test_malformed);
    g_test_add_func("/wire/too long a packet and too many lines are refused", test_too_much);
    g_test_add_func("/wire/too many descriptors are refused and all closed", test_too_many_fds);
    g_test_add_func("/wire/sixteen descriptors fit", test_as_many_fds_as_fit);
    g_test_add_func("/wire/a closed peer is EPIPE and no signal", test_closed_peer);
    g_test_add_func("/wire/the sender's credentials come along when asked for", test_sender);
    g_test_add_func("/wire/an unknown control message is refused", test_unknown_control_message);
    return g_test_run();
}
