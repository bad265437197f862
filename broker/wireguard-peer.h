/* wireguard-peer.h - the peers of a WireGuard interface that is there. */
#pragma once

#include "conf.h"
#include "nl.h"

typedef struct WireguardPeer {
    WireguardKey public_key;
    IpAddress endpoint; /* AF_UNSPEC: none */
    uint16_t port;
    int64_t handshake; /* of the last one, seconds since 1970; 0: none yet */
} WireguardPeer;

/* WireguardPeer[] of interface @name; @nl: a generic socket of its namespace. */
GArray *wireguard_peers(Nl *nl, const char *name, GError **error);

/* Says where a peer is now. */
bool wireguard_move_peer(Nl *nl, const char *name, const WireguardKey *peer, const IpAddress *endpoint,
                         uint16_t port, GError **error);

/* WGPEER_A_ENDPOINT; nothing for AF_UNSPEC. */
void wireguard_put_endpoint(struct nlmsghdr *h, const IpAddress *endpoint, uint16_t port);
