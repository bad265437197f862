/* doctor-probe.c - see doctor-probe.h.
 *
 * A socket belongs to the namespace in which it was made: only that needs a visit. The packet is a TCP SYN,
 * as a program would send it, or a datagram; nobody is to answer. Our table marks it before any other chain
 * sees it, and has a last chain at each end of the way, whose policy is heard as "it left" or "it arrived".
 */
#include "doctor-probe.h"

#include "lock.h"
#include "nl-nft.h"
#include "nl.h"
#include "nsfs.h"
#include "parse.h"
#include "paths.h"
#include "spawn.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TABLE "netns-broker-doctor"
/* In µs. All that is heard is done by one softirq, in less than a millisecond; but a packet may wait a second
 * for the kernel to ask again for the gateway's MAC address (net.ipv6.neigh.*.retrans_time_ms). */
#define TRIES 2
#define TRY_TIME (600 * 1000)  /* until the packet comes */
#define PASS_TIME (200 * 1000) /* from then on */

/* Priorities: nothing of the host's is before the first or after the others. The policies say what is said
 * without us. */
static const char *const table_text = "table inet " TABLE " {\n"
                                      "  comment \"netnsctl doctor: gone in a second\"\n"
                                      "  chain probe {\n"
                                      "    type filter hook prerouting priority -2147483647; policy accept;\n"
                                      "    meta iif %u %s daddr %s %s dport %u meta nftrace set 1\n"
                                      "  }\n"
                                      "  chain neighbour {\n"
                                      "    type filter hook prerouting priority -2147483646; policy accept;\n"
                                      "    meta iif %u icmpv6 type 135 meta nftrace set 1\n"
                                      "  }\n"
                                      "  chain answer {\n"
                                      "    type filter hook output priority -2147483647; policy accept;\n"
                                      "    meta oif %u icmpv6 type 136 meta nftrace set 1\n"
                                      "  }\n"
                                      "  chain leave {\n"
                                      "    type filter hook postrouting priority 2147483646; policy accept;\n"
                                      "  }\n"
                                      "  chain arrive {\n"
                                      "    type filter hook input priority 2147483646; policy accept;\n"
                                      "  }\n"
                                      "}\n";

/* ---- our table -------------------------------------------------------------------------------------- */

static bool nft(const char *text, GError **error)
{
    char *const argv[] = {(char *)NFT_PATH, (char *)"-f", (char *)"-", NULL};

    return spawn_run(argv, NULL, -1, text, error);
}

static bool table_remove(GError **error)
{
    if (nft("table inet " TABLE "\ndelete table inet " TABLE "\n", error))
        return true;
    g_prefix_error(error, "cannot remove nft table inet " TABLE ": ");
    return false;
}

static bool table_put(const Probe *probe, GError **error)
{
    g_autofree char *to = ip_address_format(&probe->to);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_autofree char *text =
        g_strdup_printf(table_text, probe->end, probe->to.family == AF_INET ? "ip" : "ip6", to,
                        probe->udp ? "udp" : "tcp", (unsigned)probe->port, probe->end, probe->end);
#pragma GCC diagnostic pop

    if (nft(text, error))
        return true;
    g_prefix_error(error, "cannot put nft table inet " TABLE " in place: ");
    return false;
}

int probe_begin(GError **error)
{
    int lock = lock_take(".doctor", error), stale = lock < 0 ? -1 : nl_nft_rules(TABLE, "probe", error);

    if (lock >= 0 && (stale < 0 || (stale > 0 && !table_remove(error)))) {
        close(lock);
        return -1;
    }
    return lock;
}

/* ---- sending ---------------------------------------------------------------------------------------- */

static int socket_inside(const Probe *probe, bool udp, GError **error)
{
    return nsfs_socket(probe->nsfd, probe->to.family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0,
                       error);
}

static int begin(int fd, const Probe *probe)
{
    struct sockaddr_in6 six = {
        .sin6_family = AF_INET6, .sin6_port = htons(probe->port), .sin6_addr = probe->to.v6};
    struct sockaddr_in four = {
        .sin_family = AF_INET, .sin_port = htons(probe->port), .sin_addr = probe->to.v4};
    bool v4 = probe->to.family == AF_INET;

    if (connect(fd, v4 ? (struct sockaddr *)&four : (struct sockaddr *)&six, v4 ? sizeof four : sizeof six) ==
            0 ||
        errno == EINPROGRESS)
        return 0;
    return errno;
}

/* 0, or why it could not even be begun. */
static int start(int fd, const Probe *probe)
{
    int errnum = begin(fd, probe);

    return errnum == 0 && probe->udp && send(fd, "", 1, MSG_NOSIGNAL) < 0 ? errno : errnum;
}

/* What became of the connection until now. */
static int outcome(int fd)
{
    struct pollfd events = {.fd = fd, .events = POLLOUT};
    int errnum = 0;
    socklen_t size = sizeof errnum;

    if (poll(&events, 1, 0) > 0)
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &size);
    return errnum;
}

/* A datagram that a firewall inside drops is an error at once, a SYN not (tcp_connect forgets it). */
bool probe_is_refused(const Probe *probe)
{
    int fd = socket_inside(probe, true, NULL);
    bool refused = fd >= 0 && begin(fd, probe) == 0 && send(fd, "", 1, MSG_NOSIGNAL) < 0 && errno == EPERM;

    if (fd >= 0)
        close(fd);
    return refused;
}

bool probe_send_many(const Probe *probe, unsigned count, GError **error)
{
    for (unsigned i = 0; i < count; i++) {
        int fd = socket_inside(probe, probe->udp, error);
        if (fd < 0)
            return false;
        (void)start(fd, probe);
        close(fd);
    }
    return true;
}

/* ---- listening -------------------------------------------------------------------------------------- */

typedef struct Hearing {
    GArray *packet, *neighbour;       /* TraceEvent: of others' tables */
    uint32_t packet_id, neighbour_id; /* 0: not seen yet */
} Hearing;

/* In our own table: the mark is where a packet is known by, the policies of the last chains where it ends. */
static bool hear_own(Hearing *hearing, const TraceEvent *event, Fate *fate)
{
    if (event->type == NFT_TRACETYPE_RULE && g_str_equal(event->chain, "probe")) {
        hearing->packet_id = event->id;
        g_array_set_size(hearing->packet, 0);
    } else if (event->type == NFT_TRACETYPE_RULE &&
               (g_str_equal(event->chain, "neighbour") || g_str_equal(event->chain, "answer"))) {
        hearing->neighbour_id = event->id;
        g_array_set_size(hearing->neighbour, 0);
    } else if (event->id == hearing->packet_id && g_str_equal(event->chain, "leave")) {
        fate->kind = FATE_LEFT;
        fate->out = event->out;
        fate->source = event->source;
        return true;
    } else if (event->id == hearing->packet_id && g_str_equal(event->chain, "arrive")) {
        fate->kind = FATE_ARRIVED;
        return true;
    }
    return false;
}

static bool is_final(const TraceEvent *event)
{
    return event->verdict == NF_DROP || event->verdict == NF_STOLEN || event->verdict == NF_QUEUE;
}

/* True when the packet's fate is known. A neighbour's is not the packet's: it may find its way by an older
 * answer. */
static bool hear(Hearing *hearing, const TraceEvent *event, Fate *fate)
{
    if (event->family == NFPROTO_INET && g_str_equal(event->table, TABLE))
        return hear_own(hearing, event, fate);
    if (hearing->packet_id && event->id == hearing->packet_id) {
        g_array_append_val(hearing->packet, *event);
        if (!is_final(event))
            return false;
        fate->kind = event->verdict == NF_DROP ? FATE_DROPPED : FATE_TAKEN;
        return true;
    }
    if (hearing->neighbour_id && event->id == hearing->neighbour_id) {
        g_array_append_val(hearing->neighbour, *event);
        if (event->verdict == NF_DROP)
            hearing->neighbour_id = 0; /* that is the end of it: a later packet may have the number */
    }
    return false;
}

static bool was_dropped(const GArray *events)
{
    return events->len > 0 && g_array_index(events, TraceEvent, events->len - 1).verdict == NF_DROP;
}

/* Nothing final was heard. */
static void conclude(Hearing *hearing, const Probe *probe, Fate *fate)
{
    if (hearing->packet_id) {
        fate->kind = FATE_LOST;
        return;
    }
    fate->kind = FATE_KEPT;
    fate->neighbour = was_dropped(hearing->neighbour);
    if (fate->neighbour) {
        fate->kind = FATE_DROPPED;
        g_array_set_size(hearing->packet, 0);
        g_array_append_vals(hearing->packet, hearing->neighbour->data, hearing->neighbour->len);
        return;
    }
    fate->refused = probe_is_refused(probe);
}

/* One packet; true when its fate is known. */
static bool try(const Probe *probe, Trace *trace, Hearing *hearing, Fate *fate, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + TRY_TIME;
    int fd = socket_inside(probe, probe->udp, error);
    bool known = false;
    TraceEvent event;

    if (fd < 0)
        return false;
    fate->errnum = start(fd, probe);
    while (!known && fate->errnum == 0 && trace_next(trace, deadline, &event)) {
        bool came = hearing->packet_id != 0;
        known = hear(hearing, &event, fate);
        if (!came && hearing->packet_id)
            deadline = g_get_monotonic_time() + PASS_TIME;
    }
    if (fate->errnum == 0)
        fate->errnum = outcome(fd);
    close(fd);
    return known;
}

static bool listen_and_send(const Probe *probe, Fate *fate, GError **error)
{
    g_autoptr(Trace) trace = trace_open(error);
    Hearing hearing = {.packet = fate->met, .neighbour = g_array_new(FALSE, FALSE, sizeof(TraceEvent))};
    GError *failure = NULL;
    bool known = false;

    for (int i = 0; trace && !known && !failure && i < TRIES && !hearing.packet_id; i++)
        known = try(probe, trace, &hearing, fate, &failure);
    if (trace && !known && !failure)
        conclude(&hearing, probe, fate);
    g_array_unref(hearing.neighbour);
    if (failure)
        g_propagate_error(error, failure);
    return trace && !failure;
}

static void signals_hold(sigset_t *ret_before)
{
    sigset_t ending;

    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigaddset(&ending, SIGQUIT);
    sigprocmask(SIG_BLOCK, &ending, ret_before);
}

bool probe_send(const Probe *probe, Fate *ret, GError **error)
{
    Fate fate = {.met = g_array_new(FALSE, FALSE, sizeof(TraceEvent))};
    sigset_t before;
    bool fine;

    signals_hold(&before);
    fine = table_put(probe, error);
    if (fine) {
        fine = listen_and_send(probe, &fate, error);
        fine = table_remove(fine ? error : NULL) && fine;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (fine)
        *ret = fate;
    else
        fate_done(&fate);
    return fine;
}

/* ---- what came of it -------------------------------------------------------------------------------- */

void fate_done(Fate *fate)
{
    g_clear_pointer(&fate->met, g_array_unref);
}

const TraceEvent *fate_last(const Fate *fate)
{
    return (fate->kind == FATE_DROPPED || fate->kind == FATE_TAKEN) && fate->met->len > 0
               ? &g_array_index(fate->met, TraceEvent, fate->met->len - 1)
               : NULL;
}

/* A base chain ends with its policy, or with an accept in it or in what it jumped to. */
const TraceEvent *fate_base(const Fate *fate)
{
    const TraceEvent *events = (const TraceEvent *)(const void *)fate->met->data;
    guint i = fate->met->len;

    if (!fate_last(fate))
        return NULL;
    for (i--; i > 0; i--)
        if (events[i - 1].verdict == NF_ACCEPT || !g_str_equal(events[i - 1].table, events[i].table))
            break;
    return &events[i];
}
