/* doctor-mtu.c - see doctor-mtu.h: do packets as large as the link allows come to the name servers, and back?
 *
 * A way that swallows large packets and says nothing about it lets every connection begin and then hang. Echo
 * requests of two sizes are sent, not to be split; where only the small one comes back, and no router says
 * why, those of usual ways are tried, and then what lies between.
 */
#include "doctor-mtu.h"

#include "doctor-route.h"
#include "ip.h"
#include "nsfs.h"

#include <errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TOPIC "MTU"
#define SMALL 128
#define LARGEST 9216    /* more is not tried */
#define LEAST_IPV6 1280 /* RFC 8200, 5: an interface with less has no IPv6 (net/ipv6/addrconf.c) */
#define WAIT 500        /* ms, for each round */
#define BETWEEN 15      /* sizes of a round: from SMALL to 1280 it takes three to find the very one */
#define SIZES 80        /* of all rounds together */

/* What ways of this world carry: PPPoE, tunnels of all kinds, IPv6's least. */
static const unsigned usual[] = {1500, 1492, 1480, 1476, 1460, 1450, 1440,
                                 1420, 1412, 1400, 1380, 1360, 1320, 1280};

typedef struct Echoes {
    Patient *patient;
    IpAddress to;
    unsigned out; /* index of the interface inside that they leave by */
    int fd;
    uint16_t id;
    unsigned sizes[SIZES]; /* of whole packets; the first is the link's */
    bool back[SIZES];
    unsigned count;
    unsigned told; /* what a router on the way says that it can carry, 0: none said anything */
} Echoes;

static bool is_v4(const Echoes *echoes)
{
    return echoes->to.family == AF_INET;
}

static size_t head_size(const Echoes *echoes)
{
    return is_v4(echoes) ? 20 : 40;
}

/* ---- sending ------------------------------------------------------------------------------------------- */

/* RFC 1071 */
static uint16_t checksum(const unsigned char *bytes, size_t size)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    if (size % 2)
        sum += (uint32_t)bytes[size - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static unsigned get16(const unsigned char *at)
{
    return (unsigned)(at[0] << 8 | at[1]);
}

/* The kernel writes ICMPv6's checksum. What cannot be sent is not answered. */
static void send_echo(const Echoes *echoes, unsigned number)
{
    unsigned char packet[LARGEST] = {is_v4(echoes) ? ICMP_ECHO : ICMPV6_ECHO_REQUEST};
    size_t size = echoes->sizes[number] - head_size(echoes);
    const struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr = echoes->to.v4};
    const struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = echoes->to.v6};

    put16(packet + 4, echoes->id);
    put16(packet + 6, number);
    if (is_v4(echoes))
        put16(packet + 2, checksum(packet, size));
    (void)sendto(echoes->fd, packet, size, 0,
                 is_v4(echoes) ? (const struct sockaddr *)&four : (const struct sockaddr *)&six,
                 is_v4(echoes) ? sizeof four : sizeof six);
}

/* Not to be split, and what the kernel remembers of the way is no reason to make it smaller. */
static bool socket_prepare(const Echoes *echoes)
{
    int probe = is_v4(echoes) ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE, on = 1;

    return is_v4(echoes)
               ? setsockopt(echoes->fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof probe) == 0
               : setsockopt(echoes->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe, sizeof probe) == 0 &&
                     setsockopt(echoes->fd, IPPROTO_IPV6, IPV6_DONTFRAG, &on, sizeof on) == 0;
}

/* ---- hearing ------------------------------------------------------------------------------------------- */

/* An error quotes the packet that it is about, from its IP header on. */
static bool is_about_ours(const Echoes *echoes, const unsigned char *quote, size_t size)
{
    size_t head = is_v4(echoes) && size > 0 ? (size_t)(quote[0] & 15) * 4 : 40;

    return size >= head + 8 && get16(quote + head + 4) == echoes->id;
}

static void hear(Echoes *echoes, const unsigned char *icmp, size_t size)
{
    unsigned char reply = is_v4(echoes) ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY;
    bool too_big = is_v4(echoes) ? icmp[0] == ICMP_DEST_UNREACH && icmp[1] == ICMP_FRAG_NEEDED
                                 : icmp[0] == ICMPV6_PKT_TOOBIG;

    if (icmp[0] == reply && get16(icmp + 4) == echoes->id && get16(icmp + 6) < echoes->count)
        echoes->back[get16(icmp + 6)] = true;
    else if (too_big && is_about_ours(echoes, icmp + 8, size - 8))
        echoes->told = get16(icmp + 6);
}

/* A raw socket of IPv4 hears the IP header too, one of IPv6 not. */
static void hear_all(Echoes *echoes)
{
    unsigned char packet[LARGEST];
    ssize_t got;

    while ((got = recv(echoes->fd, packet, sizeof packet, MSG_DONTWAIT)) > 0) {
        size_t head = is_v4(echoes) ? (size_t)(packet[0] & 15) * 4 : 0;
        if ((size_t)got >= head + 8)
            hear(echoes, packet + head, (size_t)got - head);
    }
}

/* Until the link's own size has come back, or all the time. */
static void wait_for_answers(Echoes *echoes)
{
    gint64 now = g_get_monotonic_time(), end = now + WAIT * 1000;

    for (; now < end && !echoes->back[0]; now = g_get_monotonic_time()) {
        struct pollfd events = {.fd = echoes->fd, .events = POLLIN};
        if (poll(&events, 1, (int)((end - now) / 1000) + 1) > 0)
            hear_all(echoes);
    }
}

/* ---- judging ------------------------------------------------------------------------------------------- */

static unsigned largest_back(const Echoes *echoes)
{
    unsigned largest = 0;

    for (unsigned i = 0; i < echoes->count; i++)
        if (echoes->back[i])
            largest = MAX(largest, echoes->sizes[i]);
    return largest;
}

/* Below 1280 the kernel takes all addresses of IPv6 away. */
static bool has_ipv6(const Echoes *echoes)
{
    size_t i, j;
    json_t *link, *text;

    json_array_foreach(json_object_get(echoes->patient->status, "links"), i, link)
    {
        bool same = json_integer_value(json_object_get(link, "index")) == echoes->out;
        json_array_foreach(same ? json_object_get(link, "addresses") : NULL, j, text)
        {
            IpPrefix prefix;
            if (ip_prefix_parse(json_string_value(text), &prefix, NULL) &&
                prefix.address.family == AF_INET6 && !ip_address_is_link_local(&prefix.address))
                return true;
        }
    }
    return false;
}

/* What makes packets as small as @mtu. Owned by the caller. */
static char *advise(const Echoes *echoes, const char *to, unsigned mtu)
{
    const char *name = echoes->patient->name;

    if (mtu >= LEAST_IPV6 || !has_ipv6(echoes))
        return g_strdup_printf("MTU=%u in the [Link] of %s, then: netnsctl start %s", mtu, name, name);
    return g_strdup_printf(
        "IPv6 needs %d at least: look for what carries less on the way to %s, a tunnel's "
        "MTU say\n"
        "or without IPv6: IPv6=no in the [Namespace] of %s and MTU=%u in its [Link], then: "
        "netnsctl start %s",
        LEAST_IPV6, to, name, mtu, name);
}

static void judge(const Echoes *echoes)
{
    unsigned largest = largest_back(echoes), mtu = echoes->told ? echoes->told : largest;
    g_autofree char *to = ip_address_format(&echoes->to);
    json_t *finding;

    if (largest == 0 || echoes->back[0])
        return;
    finding = finding_add(
        echoes->patient, echoes->told ? FINDING_NOTE : FINDING_WARNING, TOPIC,
        echoes->told ? g_strdup_printf(
                           "packets of %u bytes do not get to %s; a router on the way says so, and that it "
                           "carries %u",
                           echoes->sizes[0], to, echoes->told)
                     : g_strdup_printf(
                           "packets of %u bytes do not get to %s and back, those of %u do, and nobody says "
                           "so: connections will hang",
                           echoes->sizes[0], to, largest),
        advise(echoes, to, mtu));
    json_object_set_new(finding, "to", json_string(to));
    json_object_set_new(finding, "mtu", json_integer(mtu));
}

/* ---- trying -------------------------------------------------------------------------------------------- */

/* The smallest that has not come back and is larger than what has. */
static unsigned smallest_lost(const Echoes *echoes, unsigned largest)
{
    unsigned smallest = echoes->sizes[0];

    for (unsigned i = 0; i < echoes->count; i++)
        if (!echoes->back[i] && echoes->sizes[i] > largest)
            smallest = MIN(smallest, echoes->sizes[i]);
    return smallest;
}

/* Sends those from number @first on. */
static void send_from(Echoes *echoes, unsigned first)
{
    for (unsigned i = first; i < echoes->count; i++)
        send_echo(echoes, i);
    wait_for_answers(echoes);
}

/* The link's size once more: a packet may be lost. */
static void try_usual(Echoes *echoes)
{
    unsigned first = echoes->count;

    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
        if (usual[i] < echoes->sizes[0])
            echoes->sizes[echoes->count++] = usual[i];
    send_echo(echoes, 0);
    send_from(echoes, first);
}

/* Between what carries and what does not, at even distances; until there is nothing between. */
static void narrow(Echoes *echoes)
{
    while (!echoes->back[0] && !echoes->told && echoes->count + BETWEEN <= SIZES) {
        unsigned least = largest_back(echoes), most = smallest_lost(echoes, least), first = echoes->count;
        for (unsigned i = 1; i <= BETWEEN; i++) {
            unsigned size = least + (most - least) * i / (BETWEEN + 1);
            if (size > least && size < most && size != echoes->sizes[echoes->count - 1])
                echoes->sizes[echoes->count++] = size;
        }
        if (echoes->count == first)
            return;
        send_from(echoes, first);
    }
}

static void examine(Echoes *echoes)
{
    echoes->sizes[echoes->count++] = SMALL;
    send_from(echoes, 0);
    if (largest_back(echoes) == SMALL && !echoes->told) {
        try_usual(echoes);
        narrow(echoes);
    }
    judge(echoes);
}

/* The MTU of the interface inside by which packets to there leave; 0: there is none, or it is the loopback.
 * *ret_out: its index. */
static unsigned mtu_towards(const Patient *patient, const IpAddress *to, int fd, unsigned *ret_out)
{
    RouteMatch match = {};
    struct ifreq request = {};

    if (ip_address_is_loopback(to) || !doctor_route(patient->inside, to, 0, NULL, &match))
        return 0;
    *ret_out = match.out;
    request.ifr_ifindex = (int)match.out;
    return ioctl(fd, SIOCGIFNAME, &request) == 0 && ioctl(fd, SIOCGIFMTU, &request) == 0
               ? MIN((unsigned)request.ifr_mtu, LARGEST)
               : 0;
}

void doctor_mtu_towards(Patient *patient, const IpAddress *to)
{
    bool v4 = to->family == AF_INET;
    Echoes echoes = {
        .patient = patient,
        .to = *to,
        .id = (uint16_t)g_random_int(),
        .fd = nsfs_socket(patient->nsfd, to->family, SOCK_RAW, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, NULL)};

    if (echoes.fd < 0)
        return;
    echoes.sizes[echoes.count++] = mtu_towards(patient, to, echoes.fd, &echoes.out);
    if (echoes.sizes[0] > SMALL && socket_prepare(&echoes))
        examine(&echoes);
    close(echoes.fd);
}
