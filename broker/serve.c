/* serve.c - the front: listens, accepts, and goes away when nobody has come for a while.
 *
 * It reads what strangers send and gives out what they may have. It configures no network, and forks nothing
 * but the worker, where systemd does not do that. */
#include "activate.h"
#include "booted.h"
#include "connection.h"
#include "paths.h"
#include "peer.h"
#include "say.h"
#include "units.h"

#include <cap-ng.h>
#include <errno.h>
#include <glib-unix.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define IDLE_SECONDS 300
#define ACCEPT_AT_ONCE 32
/* While no fd can be had, the listening socket stays readable: looking again at once would only burn time. */
#define BACKOFF_MS 100
/* A connection has a socket, a pidfd, and for a moment what goes into a reply. */
#define FDS_PER_CONNECTION 4
#define FDS_RESERVED 256 /* ours, those of root beyond the most and of who is turned away, too */

typedef struct Options {
    const char *listen;
    int idle; /* seconds; -1: not said */
} Options;

typedef struct Server {
    GMainLoop *loop;
    int listener;
    guint watch;
    guint idle_source;
    guint idle_seconds; /* 0: stay */
    unsigned most;      /* connections */
} Server;

static Server server = {.listener = -1};

/* ---- accepting ---- */

static gboolean idle_end(gpointer user)
{
    server.idle_source = 0;
    g_main_loop_quit(server.loop);
    return G_SOURCE_REMOVE;
}

/* Starts waiting anew. The listening socket is systemd's, so whoever comes in the last moment starts us
 * again. */
static void idle_restart(void)
{
    g_clear_handle_id(&server.idle_source, g_source_remove);
    if (server.idle_seconds > 0 && connection_count() == 0)
        server.idle_source = g_timeout_add_seconds(server.idle_seconds, idle_end, NULL);
}

static gboolean acceptable(int fd, GIOCondition condition, gpointer user);

static gboolean accept_again(gpointer user)
{
    server.watch = g_unix_fd_add(server.listener, G_IO_IN, acceptable, NULL);
    return G_SOURCE_REMOVE;
}

static gboolean acceptable(int fd, GIOCondition condition, gpointer user)
{
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        int sock = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (sock >= 0) {
            connection_open(sock, server.most);
            continue;
        }
        /* accept(2): what went wrong with the connection itself is reported here, and is no trouble of ours
         */
        if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO)
            continue;
        if (errno == EAGAIN)
            break;
        say_warning("cannot accept a connection: %s", g_strerror(errno));
        server.watch = 0;
        g_timeout_add(BACKOFF_MS, accept_again, NULL);
        return G_SOURCE_REMOVE;
    }
    idle_restart();
    return G_SOURCE_CONTINUE;
}

/* ---- the socket ---- */

static int socket_fail(const char *what)
{
    say_error("%s: %s", what, g_strerror(errno));
    return -1;
}

/* The one that systemd made for us. */
static int socket_inherited(void)
{
    int count = sd_listen_fds(1);
    if (count == 1 && sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_SEQPACKET, 1, NULL, 0) > 0)
        return SD_LISTEN_FDS_START;
    say_error(count <= 0 ? "no socket: start netns-broker.socket, or give --listen PATH"
                         : "exactly one listening SEQPACKET socket is wanted from the service manager");
    return -1;
}

static int socket_new(void)
{
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* True when nobody answers at @address any more: a socket that a broker left behind. */
static bool is_stale(const struct sockaddr_un *address)
{
    struct stat st;
    int probe = lstat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) ? socket_new() : -1;
    bool stale = probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof *address) < 0 &&
                 errno == ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    return stale;
}

static int socket_bind(int sock, const struct sockaddr_un *address)
{
    mode_t mask = umask(0111); /* everybody may ask */
    int rc = bind(sock, (const struct sockaddr *)address, sizeof *address);
    if (rc < 0 && errno == EADDRINUSE && is_stale(address) && unlink(address->sun_path) == 0)
        rc = bind(sock, (const struct sockaddr *)address, sizeof *address);
    umask(mask);
    return rc < 0 ? rc : listen(sock, SOMAXCONN);
}

static int socket_listen(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *directory = g_path_get_dirname(path);
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        say_error("--listen %s: a socket's path has at most %zu bytes", path, sizeof address.sun_path - 1);
        return -1;
    }
    if (g_mkdir_with_parents(directory, 0755) < 0)
        return socket_fail(directory);
    int sock = socket_new();
    if (sock < 0 || socket_bind(sock, &address) < 0) {
        socket_fail(path);
        if (sock >= 0)
            close(sock);
        return -1;
    }
    return sock;
}

/* ---- the process ---- */

/* What strangers' input reaches keeps one capability: entering namespaces, cloning mounts. Where systemd
 * starts the units, nothing we might start can have more either (our own unit has seen to that, and to it
 * that we cannot change it); else the worker, a child of ours, needs the bounding set as it is. */
static bool capabilities_drop(void)
{
    bool bounded = booted_with_systemd() && prctl(PR_CAPBSET_READ, CAP_SETPCAP) > 0;
    capng_clear(bounded ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
    capng_type_t sets = CAPNG_EFFECTIVE | CAPNG_PERMITTED | (bounded ? CAPNG_BOUNDING_SET : 0);
    capng_update(CAPNG_ADD, sets, CAP_SYS_ADMIN);
    int rc = capng_apply(bounded ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
    if (rc != 0 || !capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN)) {
        say_error("serve needs CAP_SYS_ADMIN: it must run as root");
        return false;
    }
    return true;
}

static unsigned connections_most(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > 65536)
        limit.rlim_cur = 65536;
    return limit.rlim_cur > FDS_RESERVED + FDS_PER_CONNECTION
               ? (unsigned)(limit.rlim_cur - FDS_RESERVED) / FDS_PER_CONNECTION
               : 1;
}

static gboolean ended(gpointer user)
{
    g_main_loop_quit(server.loop);
    return G_SOURCE_CONTINUE;
}

static bool number_parse(const char *text, int *ret)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(text, 10, 0, 86400, &number, NULL))
        return false;
    *ret = (int)number;
    return true;
}

static bool options_parse(int argc, char **argv, Options *ret)
{
    *ret = (Options){.idle = -1};
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--listen") == 0 && has_value && argv[i + 1][0] == '/')
            ret->listen = argv[++i];
        else if (strcmp(argv[i], "--idle-timeout") == 0 && has_value && number_parse(argv[i + 1], &ret->idle))
            i++;
        else
            return false;
    }
    return true;
}

/* Where we made the socket ourselves nobody would start us again. */
static guint idle_seconds(const Options *options)
{
    if (options->idle >= 0)
        return (guint)options->idle;
    return options->listen ? 0 : IDLE_SECONDS;
}

static bool server_init(const Options *options)
{
    g_autoptr(GError) error = NULL;
    server.listener = options->listen ? socket_listen(options->listen) : socket_inherited();
    if (server.listener < 0)
        return false;
    if (!peer_listen(server.listener, &error) || !g_unix_set_fd_nonblocking(server.listener, TRUE, &error)) {
        say_error("%s", error->message);
        return false;
    }
    server.most = connections_most();
    server.idle_seconds = idle_seconds(options);
    server.loop = g_main_loop_new(NULL, FALSE);
    connection_on_close(idle_restart);
    return capabilities_drop();
}

int main(int argc, char **argv)
{
    Options options;
    say_as("netns-broker serve");
    if (!options_parse(argc, argv, &options)) {
        say_as("netns-broker");
        return say_usage("serve [--listen /PATH] [--idle-timeout SECONDS]");
    }
    mallopt(M_ARENA_MAX, 1); /* threads here wait rather than compute: one arena keeps the process small */
    if (!server_init(&options))
        return 1;
    g_unix_signal_add(SIGTERM, ended, NULL);
    g_unix_signal_add(SIGINT, ended, NULL);
    accept_again(NULL);
    idle_restart();
    sd_notify(0, "READY=1");
    g_main_loop_run(server.loop);
    sd_notify(0, "STOPPING=1");
    if (options.listen)
        (void)unlink(options.listen);
    return 0;
}
