/* doctor-overhear.c - see doctor-overhear.h.
 *
 * All interfaces at once, in both directions. Questions to name servers are small datagrams, whatever port
 * they go to, or TCP to port 53: the rest stays in the kernel, so that a busy host does not drown the few
 * packets that count. What is encrypted is not seen; whoever answers without having been heard is found out
 * by that (doctor-dns.c). */
#include "doctor-overhear.h"

#include "nsfs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 600 /* bytes of a packet */
#define ROOM (4 * 1024 * 1024)
#define LOOPBACK 1 /* its index, always (net/core/net_namespace.c) */

#define DROP 17
#define TAKE 16
#define JUMP(at, value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, (yes) - (at)-1, (no) - (at)-1)

/* At offset 0 is the header of IP. TCP after options of IPv4 or extension headers of IPv6 is not seen. */
static struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LONGEST, DROP - 2, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
    BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
    JUMP(4, 4, 6, 5),
    JUMP(5, 6, 11, DROP),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), /* IPv4's protocol */
    JUMP(7, IPPROTO_UDP, TAKE, 8),
    JUMP(8, IPPROTO_TCP, 9, DROP),
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20 + 2), /* to this port */
    JUMP(10, 53, TAKE, DROP),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6), /* IPv6's next header */
    JUMP(12, IPPROTO_UDP, TAKE, 13),
    JUMP(13, IPPROTO_TCP, 14, DROP),
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 40 + 2),
    JUMP(15, 53, TAKE, DROP),
    BPF_STMT(BPF_RET | BPF_K, LONGEST), /* TAKE */
    BPF_STMT(BPF_RET | BPF_K, 0),       /* DROP */
};

/* Of the namespace @nsfd. -1 and an error. */
static int listener_open(int nsfd, GError **error)
{
    const struct sock_fprog program = {.len = G_N_ELEMENTS(filter), .filter = filter};
    const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int fd = nsfs_socket(nsfd, AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0, error), room = ROOM;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 &&
        bind(fd, (const struct sockaddr *)&all, sizeof all) == 0)
        return fd;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot listen to packets: %s",
                strerrordesc_np(errno));
    close(fd);
    return -1;
}

bool overhearing_begin(int nsfd, const char *token, Overhearing *ret, GError **error)
{
    int home = nsfs_open_self(error);
    Overhearing overhearing = {.host = home < 0 ? -1 : listener_open(home, error), .inside = -1};

    if (home >= 0)
        close(home);
    if (overhearing.host < 0)
        return false;
    overhearing.inside = listener_open(nsfd, error);
    if (overhearing.inside < 0) {
        close(overhearing.host);
        return false;
    }
    g_snprintf(overhearing.label, sizeof overhearing.label, "%c" LOOKUP_PREFIX "%s",
               (int)strlen(LOOKUP_PREFIX) + LOOKUP_TOKEN + 2, token);
    *ret = overhearing;
    return true;
}

/* The number of the name in it, -1: none of ours. Resolvers may write a name's letters as they like. */
static int number_in(const Overhearing *overhearing, char *packet, size_t size)
{
    const char *at;

    for (size_t i = 0; i < size; i++)
        packet[i] = g_ascii_tolower(packet[i]);
    at = memmem(packet, size, overhearing->label, strlen(overhearing->label));
    at = at ? at + strlen(overhearing->label) : NULL;
    if (!at || at + 2 > packet + size || !g_ascii_isxdigit(at[0]) || !g_ascii_isxdigit(at[1]))
        return -1;
    return g_ascii_xdigit_value(at[0]) * 16 + g_ascii_xdigit_value(at[1]);
}

/* The number of the next packet's name, -1: of none of ours, -2: there are no more. */
static int take(const Overhearing *overhearing, int fd, struct sockaddr_ll *ret_from)
{
    char packet[LONGEST];
    socklen_t length = sizeof *ret_from;
    ssize_t got = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)ret_from, &length);

    if (got < 0)
        return errno == EINTR || errno == ENETDOWN ? -1 : -2;
    int number = number_in(overhearing, packet, (size_t)got);
    return number < LOOKUP_PATHS ? number : -1;
}

/* An interface by which it leaves is worth more than the loopback, by which programs of the host ask each
 * other. */
void overhearing_take(Overhearing *overhearing)
{
    struct sockaddr_ll from;
    int number;

    while ((number = take(overhearing, overhearing->inside, &from)) != -2)
        if (number >= 0)
            overhearing->seen_inside[number] = true;
    while ((number = take(overhearing, overhearing->host, &from)) != -2)
        if (number >= 0 && (!overhearing->seen_host[number] || overhearing->seen_host[number] == LOOPBACK))
            overhearing->seen_host[number] = (unsigned)from.sll_ifindex;
}

static bool is_complete(int fd)
{
    struct tpacket_stats stats = {};
    socklen_t size = sizeof stats;

    return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0 && stats.tp_drops == 0;
}

bool overhearing_end(Overhearing *overhearing)
{
    bool complete = is_complete(overhearing->host) && is_complete(overhearing->inside);

    close(overhearing->host);
    close(overhearing->inside);
    return complete;
}
