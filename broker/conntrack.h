/* conntrack.h - connections that the host's connection tracking remembers.
 *
 * What it remembers goes on being led where its first packet was: a port that is published, or closed, counts
 * for connections that begin. UDP has none that end, so there they are made to. */
#pragma once

#include "conf.h"

typedef struct Connection {
    uint8_t protocol; /* IPPROTO_… */
    uint32_t status;  /* IPS_… of <linux/netfilter/nf_conntrack_common.h> */
    IpAddress from, to, answer_from, answer_to;
    uint16_t to_port, answer_port; /* of ->to, of ->answer_from */
} Connection;

/* Forgets those of which @is_meant says so: their next packet is a first one again. @families: of which; a
 * kernel that cannot list them has nothing forgotten. */
void conntrack_forget(Families families, bool (*is_meant)(const Connection *connection, void *user),
                      void *user);
