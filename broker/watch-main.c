/* watch-main.c - netns-broker watch: follows what changes underneath the namespaces.
 *
 * One small process for all, while one of them needs the host. It waits for the kernel to say that
 * interfaces, routes, rules or the nftables ruleset have changed, or for a directory to change, collects for
 * a moment, and looks (watch.h). It keeps nothing that a restart could lose. */
#include "event.h"
#include "forwarding.h"
#include "lock.h"
#include "nsfs.h"
#include "passage.h"
#include "paths.h"
#include "place.h"
#include "say.h"
#include "wake.h"
#include "watch.h"
#include "zone.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

/* One change seldom comes alone: a link that goes takes its addresses and routes along. */
#define COLLECT_USEC (20 * 1000)
/* iptables-legacy tells nobody of its changes */
#define POLL_USEC (10 * G_USEC_PER_SEC)
/* Where names of WireGuard's endpoints are looked up again */
#define ENDPOINTS_USEC (15 * G_USEC_PER_SEC)
/* Others' programs may be asked for each look, and whoever sends router advertisements could have us look for
 * each of them: four looks a second. */
#define WAYS_PAUSE_USEC (250 * 1000)
/* All records are read for it, and a hundred namespaces may come up at once */
#define USERS_USEC (200 * 1000)
/* What is not read in time costs a look at everything, under the host's lock */
#define QUEUE_BYTES (8 * 1024 * 1024)
#define ROOM 32768 /* of a message: mnl's and the kernel's largest (NLMSG_GOODSIZE is below) */

/* What is due, in the order in which it is looked at. */
enum { LOOK_USERS, LOOK_TABLE, LOOK_WAYS, LOOK_NAMES, LOOK_UNHEARD, LOOK_ENDPOINTS, LOOK_ETC, LOOKS };

typedef struct Loop {
    Watch watch;
    Zone *zone;
    sd_event *event;
    sd_event_source *timers[LOOKS];
    uint64_t rested;   /* when the next look at the ways may be */
    GHashTable *ours;  /* indices of our interfaces */
    GHashTable *names; /* of namespaces that have gone since the last look */
    uint8_t room[ROOM];
} Loop;

/* A look that is due already is not put off. */
static void look_soon(Loop *loop, int what, uint64_t usec)
{
    int enabled = SD_EVENT_OFF;
    uint64_t now;

    (void)sd_event_source_get_enabled(loop->timers[what], &enabled);
    if (enabled != SD_EVENT_OFF || sd_event_now(loop->event, CLOCK_MONOTONIC, &now) < 0)
        return;
    (void)sd_event_source_set_time(loop->timers[what],
                                   what == LOOK_WAYS ? MAX(now + usec, loop->rested) : now + usec);
    (void)sd_event_source_set_enabled(loop->timers[what], SD_EVENT_ONESHOT);
}

/* firewalld is left before the lock is given back, or we would undo what the next watch does. */
static int look_users(sd_event_source *source, uint64_t usec, void *user)
{
    Loop *loop = user;
    g_auto(GStrv) interfaces = NULL;

    if (!forwarding_is_needed())
        zone_leave(loop->zone);
    if (!watch_needed(&loop->watch))
        return sd_event_exit(loop->event, 0);
    watch_servers();
    interfaces = watch_interfaces();
    zone_want(loop->zone, interfaces);
    return 0;
}

static int look_table(sd_event_source *source, uint64_t usec, void *user)
{
    watch_table(&((Loop *)user)->watch, false);
    return 0;
}

/* Children that were left to themselves. */
static void reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* For filters of which nobody hears. */
static int look_unheard(sd_event_source *source, uint64_t usec, void *user)
{
    if (passage_must_poll())
        watch_table(&((Loop *)user)->watch, false);
    look_soon(user, LOOK_UNHEARD, POLL_USEC);
    return 0;
}

static int look_endpoints(sd_event_source *source, uint64_t usec, void *user)
{
    reap();
    watch_endpoints();
    look_soon(user, LOOK_ENDPOINTS, ENDPOINTS_USEC);
    return 0;
}

static int look_ways(sd_event_source *source, uint64_t usec, void *user)
{
    Loop *loop = user;

    watch_ways(&loop->watch);
    loop->rested = (uint64_t)g_get_monotonic_time() + WAYS_PAUSE_USEC;
    return 0;
}

static int look_etc(sd_event_source *source, uint64_t usec, void *user)
{
    watch_etc();
    return 0;
}

static int look_names(sd_event_source *source, uint64_t usec, void *user)
{
    Loop *loop = user;
    GHashTableIter each;
    gpointer name;

    reap();
    g_hash_table_iter_init(&each, loop->names);
    while (g_hash_table_iter_next(&each, &name, NULL))
        watch_name(name);
    g_hash_table_remove_all(loop->names);
    return 0;
}

/* Messages that were lost mean everything. */
static bool any_means_ways(Loop *loop, int fd)
{
    bool ways = false;

    for (;;) {
        ssize_t received = recv(fd, loop->room, sizeof loop->room, MSG_DONTWAIT);
        int length = (int)received;
        if (received < 0 && errno == ENOBUFS)
            ways = true;
        else if (received < 0 && errno != EINTR)
            return ways;
        for (const struct nlmsghdr *h = (void *)loop->room; received > 0 && mnl_nlmsg_ok(h, length);
             h = mnl_nlmsg_next(h, &length))
            ways = event_meaning(h, loop->ours) == EVENT_WAYS || ways;
    }
}

static int on_routes(sd_event_source *source, int fd, uint32_t events, void *user)
{
    if (any_means_ways(user, fd))
        look_soon(user, LOOK_WAYS, COLLECT_USEC);
    return 0;
}

/* At once: it may be our table that has gone. What they say is not read. */
static int on_ruleset(sd_event_source *source, int fd, uint32_t events, void *user)
{
    Loop *loop = user;

    while (recv(fd, loop->room, sizeof loop->room, MSG_DONTWAIT) >= 0 || errno == ENOBUFS || errno == EINTR)
        ;
    look_soon(loop, LOOK_TABLE, 0);
    return 0;
}

static void on_users(void *user, const char *name)
{
    look_soon(user, LOOK_USERS, 0);
}

static void on_names(void *user, const char *name)
{
    Loop *loop = user;

    if (name)
        g_hash_table_add(loop->names, g_strdup(name));
    look_soon(loop, LOOK_NAMES, COLLECT_USEC);
}

static void on_servers(void *user, const char *name)
{
    look_soon(user, LOOK_WAYS, COLLECT_USEC);
}

/* A namespace with a way out is ready, and was let alone until then: the uplink may have changed meanwhile.
 */
static void on_record(void *user, const char *name)
{
    g_autofree char *ways = g_build_filename(RUN_DIR "/uplink", name, NULL);

    look_soon(user, LOOK_USERS, USERS_USEC); /* its ends may have names of their own */
    if (access(ways, F_OK) == 0)
        on_servers(user, name);
}

static void on_etc(void *user, const char *name)
{
    if (!name || g_str_equal(name, "resolv.conf"))
        on_servers(user, name);
    look_soon(user, LOOK_ETC, USERS_USEC);
}

/* Some come late: a DHCP client makes its directory after it has made the route. */
static void watch_directories(Loop *loop)
{
    static const struct {
        const char *path;
        PlaceHandler on;
    } directories[] = {
        {RUN_DIR, on_users},
        {RUN_DIR "/state", on_record},
        {RUN_DIR "/endpoints", on_users},
        {NSFS_DIR, on_names},
        {"/etc", on_etc},
        {"/run/systemd/netif/links", on_servers},
        {"/run/NetworkManager/devices", on_servers},
        {"/run/resolvconf/interface", on_servers},
        {"/run/resolvconf/interfaces", on_servers},
        {"/run/dhcpcd/hook-state/resolv.conf", on_servers},
        {"/var/lib/dhcp", on_servers},
    };
    const uint32_t changes = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE;

    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++)
        (void)place_watch(loop->event, directories[i].path,
                          directories[i].on == on_names ? IN_DELETE : changes, directories[i].on, loop);
}

static struct mnl_socket *listen_to(int bus, const int *groups, size_t count)
{
    struct mnl_socket *sock = mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK);
    bool fine = sock && mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) == 0;
    const int bytes = QUEUE_BYTES;

    if (fine) /* more than net.core.rmem_max takes CAP_NET_ADMIN in the first user namespace */
        (void)setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    for (size_t i = 0; fine && i < count; i++) {
        int group = groups[i];
        fine = mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0;
    }
    if (!fine && sock)
        mnl_socket_close(sock);
    return fine ? sock : NULL;
}

/* The sockets stay open until the process ends. */
static bool watch_kernel(Loop *loop)
{
    static const int routes[] = {RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR,  RTNLGRP_IPV6_IFADDR,
                                 RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,   RTNLGRP_IPV4_RULE,
                                 RTNLGRP_IPV6_RULE,  RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF},
                     ruleset[] = {NFNLGRP_NFTABLES};
    struct mnl_socket *route = listen_to(NETLINK_ROUTE, routes, G_N_ELEMENTS(routes)),
                      *nft = listen_to(NETLINK_NETFILTER, ruleset, G_N_ELEMENTS(ruleset));

    return route && nft &&
           sd_event_add_io(loop->event, NULL, mnl_socket_get_fd(route), EPOLLIN, on_routes, loop) >= 0 &&
           sd_event_add_io(loop->event, NULL, mnl_socket_get_fd(nft), EPOLLIN, on_ruleset, loop) >= 0;
}

/* The first look is at everything, at once. */
static bool make_timers(Loop *loop)
{
    static const sd_event_time_handler_t looks[LOOKS] = {look_users,   look_table,     look_ways, look_names,
                                                         look_unheard, look_endpoints, look_etc};
    bool fine = true;

    for (int i = 0; i < LOOKS && fine; i++)
        fine = sd_event_add_time(loop->event, &loop->timers[i], CLOCK_MONOTONIC, 0, 1, looks[i], loop) >= 0 &&
               sd_event_source_set_priority(loop->timers[i], i - LOOKS) >= 0;
    return fine;
}

static bool loop_begin(Loop *loop, GError **error)
{
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    loop->ours = g_hash_table_new(g_direct_hash, g_direct_equal);
    loop->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    loop->watch.host = nl_open(error);
    loop->watch.guard = loop->watch.host ? guard_new(error) : NULL;
    if (!loop->watch.guard)
        return false;
    if (sd_event_default(&loop->event) >= 0 &&
        sd_event_add_signal(loop->event, NULL, SIGTERM, NULL, NULL) >= 0 &&
        sd_event_add_signal(loop->event, NULL, SIGINT, NULL, NULL) >= 0 && make_timers(loop) &&
        watch_kernel(loop) && (loop->zone = zone_new(loop->event))) {
        watch_directories(loop);
        return true;
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot listen to the kernel");
    return false;
}

static Loop loop;

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int status;

    say_as("netns-broker");
    umask(0022);
    loop.watch.lock = lock_try(LOCK_WATCH);
    /* who asks whether somebody watches has it for a moment (lock_is_held()) */
    for (int i = 0; loop.watch.lock < 0 && i < 50; i++) {
        g_usleep(2000);
        loop.watch.lock = lock_try(LOCK_WATCH);
    }
    if (loop.watch.lock < 0) /* somebody else does */
        return 0;
    if (!loop_begin(&loop, &error)) {
        say_error("cannot keep watch: %s", error->message);
        return 1;
    }
    (void)sd_notify(0, "READY=1");
    status = sd_event_loop(loop.event) < 0;
    guard_free(loop.watch.guard);
    zone_free(loop.zone);
    watch_followed(false);
    return status;
}
