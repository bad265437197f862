/* network.h - the host's interfaces and routes, as they are now. */
#pragma once

#include "conf.h"
#include "nl.h"

typedef struct Interface {
    unsigned index, master; /* master 0: none */
    unsigned flags;         /* IFF_* */
    unsigned type;          /* ARPHRD_* */
    uint32_t group;
    bool carrier;
    char name[IFNAMSIZ];
    char kind[IFNAMSIZ]; /* "" for hardware */
} Interface;

typedef struct HostRoute {
    int family;
    uint32_t table, metric;
    IpPrefix destination; /* length 0: default */
    IpAddress gateway, source;
    unsigned index; /* of the outgoing interface */
    uint8_t type;   /* RTN_* */
    bool dead;      /* its interface is down, or without carrier */
} HostRoute;

typedef struct Network {
    GArray *interfaces; /* Interface */
    GArray *routes;     /* HostRoute; a multipath route is one for each of its hops */
} Network;

/* Unicast routes of all tables but local's. Three dumps: the links, and the routes of each family. */
Network *network_read(Nl *host, GError **error);
void network_free(Network *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Network, network_free)

/* NULL when there is none. Borrowed. */
const Interface *network_interface(const Network *network, unsigned index);

/* Routes of one table of @nl's namespace, of all types, into @routes (GArray of HostRoute). */
bool network_read_table(Nl *nl, int family, uint32_t table, GArray *routes, GError **error);
