/* peer.c - who is at the other end, asked of real sockets and real processes. */
#include "peer.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sockets of a connection from a child to us; the child sends one packet, does what @then says and waits for
 * its end. */
typedef struct Pair {
    pid_t child;
    int listener, sock;
} Pair;

static void child_run(const struct sockaddr_un *address, socklen_t length)
{
    Wire wire;
    int sock = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (connect(sock, (const struct sockaddr *)address, length) < 0)
        _exit(1);
    wire_init(&wire);
    wire_put(&wire, "VERB", "list");
    (void)wire_send(sock, &wire, NULL, 0);
    for (;;)
        pause();
}

static Pair pair_new(void)
{
    Pair pair;
    g_autoptr(GError) error = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(sa_family_t);
    pair.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    /* the kernel chooses an abstract name: unix(7), autobind */
    g_assert_cmpint(bind(pair.listener, (struct sockaddr *)&address, length), ==, 0);
    length = sizeof address;
    g_assert_cmpint(getsockname(pair.listener, (struct sockaddr *)&address, &length), ==, 0);
    g_assert_true(peer_listen(pair.listener, &error));
    g_assert_cmpint(listen(pair.listener, 1), ==, 0);
    pair.child = fork();
    if (pair.child == 0)
        child_run(&address, length);
    pair.sock = accept4(pair.listener, NULL, NULL, SOCK_CLOEXEC);
    g_assert_cmpint(pair.sock, >=, 0);
    return pair;
}

static void pair_end(Pair *pair)
{
    kill(pair->child, SIGKILL);
    waitpid(pair->child, NULL, 0);
    close(pair->sock);
    close(pair->listener);
}

static void identified(void)
{
    g_autoptr(GError) error = NULL;
    Pair pair = pair_new();
    Peer peer;
    Wire wire;
    g_assert_true(peer_identify(pair.sock, &peer, &error));
    g_assert_no_error(error);
    g_assert_cmpint(peer.pid, ==, pair.child);
    g_assert_cmpuint(peer.uid, ==, geteuid());
    g_assert_cmpuint(peer.gid, ==, getegid());
    g_assert_cmpint((int)peer.n_groups, ==, getgroups(0, NULL));
    g_assert_cmpint(wire_receive(pair.sock, &wire), ==, 0);
    g_assert_true(peer_sent(&peer, &wire));
    wire.sender.pid++;
    g_assert_false(peer_sent(&peer, &wire));
    wire.sender.pid--;
    wire.sender.uid++;
    g_assert_false(peer_sent(&peer, &wire));
    peer_done(&peer);
    pair_end(&pair);
}

static void start_time(void)
{
    g_autoptr(GError) error = NULL;
    Pair pair = pair_new();
    Peer peer;
    uint64_t ticks;
    g_assert_true(peer_identify(pair.sock, &peer, &error));
    g_assert_true(peer_start_time(&peer, &ticks, &error));
    /* an independent way to field 22: the 22nd word, our name has no space in it */
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pair.child);
    g_autofree char *stat = NULL;
    g_assert_true(g_file_get_contents(path, &stat, NULL, NULL));
    g_auto(GStrv) words = g_strsplit(stat, " ", -1);
    g_assert_cmpuint(ticks, ==, g_ascii_strtoull(words[21], NULL, 10));
    peer_done(&peer);
    pair_end(&pair);
}

static void gone(void)
{
    g_autoptr(GError) error = NULL;
    Pair pair = pair_new();
    Peer peer;
    uint64_t ticks;
    g_assert_true(peer_identify(pair.sock, &peer, &error));
    g_assert_true(peer_alive(&peer));
    kill(pair.child, SIGKILL);
    waitpid(pair.child, NULL, 0);
    g_assert_false(peer_alive(&peer));
    g_assert_false(peer_start_time(&peer, &ticks, &error));
    g_assert_nonnull(error);
    peer_done(&peer);
    g_clear_error(&error);
    g_assert_false(peer_identify(pair.sock, &peer, &error));
    g_assert_nonnull(error);
    peer_done(&peer);
    pair_end(&pair);
}

static void nobody(void)
{
    Peer none = PEER_NONE;
    g_assert_false(peer_alive(&none));
    peer_done(&none); /* twice does no harm */
    peer_done(&none);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peer/is who connected, with uid, groups and pid", identified);
    g_test_add_func("/peer/has the start time that proc says", start_time);
    g_test_add_func("/peer/that has exited is not alive, and cannot be identified", gone);
    g_test_add_func("/peer/none is not alive", nobody);
    return g_test_run();
}
