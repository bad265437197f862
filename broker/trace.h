/* trace.h - hears what becomes of packets that a rule has marked with "meta nftrace set 1": the kernel tells
 * each rule and policy that such a packet meets (nf_tables_trace.c; what `nft monitor trace` prints). */
#pragma once

#include "conf.h"

/* One meeting. Its words are those of <linux/netfilter/nf_tables.h>. */
typedef struct TraceEvent {
    uint32_t id;     /* the same for all meetings of one packet */
    uint8_t family;  /* of the table: NFPROTO_* */
    uint32_t type;   /* NFT_TRACETYPE_RULE, _POLICY, _RETURN */
    int32_t verdict; /* NF_DROP, NF_ACCEPT, NF_QUEUE, NFT_JUMP …, without the bits above; of a policy: the
                        policy */
    uint64_t rule;   /* its handle; 0: none */
    uint32_t in,
        out; /* index of the interface; 0: none, or not told: only a base chain's first event tells these */
    IpAddress source; /* likewise, at that time; AF_UNSPEC: not told */
    char table[256], chain[256];
} TraceEvent;

typedef struct Trace Trace;

/* Hears of the packets in the caller's network namespace, from now on. Needs CAP_NET_ADMIN there. */
Trace *trace_open(GError **error);
/* The next event, waited for until @deadline (g_get_monotonic_time); false: it has passed. */
bool trace_next(Trace *trace, gint64 deadline, TraceEvent *ret);
void trace_free(Trace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_free)
