/* uplink.h - which interface leads out, whatever holds the host's default route. */
#pragma once

#include "network.h"

typedef struct Uplink {
    const Interface *interface; /* borrowed from the Network; NULL: there is none now */
    IpAddress gateway;          /* AF_UNSPEC: none is needed (a tunnel), or none is known */
    bool has_default;           /* a default route can be made of it */
    uint32_t table;             /* where its routes are: main, or the one that has its default route */
} Uplink;

/* The uplink of @family among @wanted: "auto" (an interface that is no tunnel), or names and patterns, the
 * first word that finds one. Interfaces of ours are none. */
Uplink uplink_find(const Network *network, int family, char *const *wanted);

/* Does @wanted mean this interface? */
bool uplink_matches(char *const *wanted, const Interface *interface);
