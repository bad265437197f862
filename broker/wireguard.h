/* wireguard.h - what a link of Kind=wireguard has in files of its own, and reads from them. */
#pragma once

#include "link.h"

/* LinkConf.own of Kind=wireguard. */
typedef struct WireguardConf {
    char *key_file, *config_file;
    uint32_t port, mark; /* 0: the kernel's choice, none */
    Tristate route_allowed;
    char *bind;               /* Bind=: the namespace where the socket is; NULL: the host */
    WireguardKey private_key; /* once read */
} WireguardConf;

/* LinkKind.read. What a wg-quick file says is added to @conf: addresses, MTU and name servers where the
 * namespace's own file has none, peers. AllowedIPs become prefixes of the link where it has none and
 * RouteAllowedIPs= is not no. */
bool wireguard_read(Conf *conf, LinkConf *link, GPtrArray *notes, GError **error);
