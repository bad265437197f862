/* wireguard-peer.c - see wireguard-peer.h. */
#include "wireguard-peer.h"

#include "attr.h"
#include "nl-generic.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>
#include <string.h>

void wireguard_put_endpoint(struct nlmsghdr *h, const IpAddress *endpoint, uint16_t port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = endpoint->v4};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = endpoint->v6};

    if (endpoint->family == AF_INET)
        mnl_attr_put(h, WGPEER_A_ENDPOINT, sizeof v4, &v4);
    else if (endpoint->family == AF_INET6)
        mnl_attr_put(h, WGPEER_A_ENDPOINT, sizeof v6, &v6);
}

static void take_endpoint(const Attributes *a, WireguardPeer *peer)
{
    const struct sockaddr_in *v4 = attr_bytes(a, WGPEER_A_ENDPOINT, sizeof *v4);
    const struct sockaddr_in6 *v6 = attr_bytes(a, WGPEER_A_ENDPOINT, sizeof *v6);

    if (v4 && v4->sin_family == AF_INET) {
        peer->endpoint = (IpAddress){.family = AF_INET, .v4 = v4->sin_addr};
        peer->port = ntohs(v4->sin_port);
    } else if (v6 && v6->sin6_family == AF_INET6) {
        peer->endpoint = (IpAddress){.family = AF_INET6, .v6 = v6->sin6_addr};
        peer->port = ntohs(v6->sin6_port);
    }
}

/* Of a peer with many addresses the rest comes in further messages, with its key alone. */
static bool take_peers(const struct nlmsghdr *message, void *user)
{
    Attributes a = attr_read(message, sizeof(struct genlmsghdr));
    const struct nlattr *one;

    if (!a.of[WGDEVICE_A_PEERS])
        return true;
    mnl_attr_for_each_nested(one, a.of[WGDEVICE_A_PEERS])
    {
        Attributes of = attr_read_nested(one);
        const void *key = attr_bytes(&of, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN);
        const struct __kernel_timespec *last = attr_bytes(&of, WGPEER_A_LAST_HANDSHAKE_TIME, sizeof *last);
        WireguardPeer peer = {.handshake = last ? (int64_t)last->tv_sec : 0};
        if (!key || !last)
            continue;
        memcpy(peer.public_key.bytes, key, WG_KEY_LEN);
        peer.public_key.set = true;
        take_endpoint(&of, &peer);
        g_array_append_val((GArray *)user, peer);
    }
    return true;
}

static struct nlmsghdr *add(Nl *nl, const char *name, uint8_t command, GError **error)
{
    uint16_t family;
    struct nlmsghdr *h;

    if (!nl_generic_family(nl, WG_GENL_NAME, &family, error))
        return NULL;
    h = nl_generic_add(nl, g_strdup(name), family, command, WG_GENL_VERSION);
    mnl_attr_put_strz(h, WGDEVICE_A_IFNAME, name);
    return h;
}

GArray *wireguard_peers(Nl *nl, const char *name, GError **error)
{
    GArray *peers = g_array_new(FALSE, FALSE, sizeof(WireguardPeer));

    if (add(nl, name, WG_CMD_GET_DEVICE, error) && nl_dump_queued(nl, take_peers, peers, error))
        return peers;
    g_array_unref(peers);
    return NULL;
}

bool wireguard_move_peer(Nl *nl, const char *name, const WireguardKey *peer, const IpAddress *endpoint,
                         uint16_t port, GError **error)
{
    struct nlmsghdr *h = add(nl, name, WG_CMD_SET_DEVICE, error);
    struct nlattr *peers, *one;

    if (!h)
        return false;
    peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS);
    one = mnl_attr_nest_start(h, 0);
    mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, sizeof peer->bytes, peer->bytes);
    mnl_attr_put_u32(h, WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
    wireguard_put_endpoint(h, endpoint, port);
    mnl_attr_nest_end(h, one);
    mnl_attr_nest_end(h, peers);
    return nl_run(nl, error);
}
