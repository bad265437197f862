/* doctor-probe.h - a real packet is sent from inside a namespace, and the kernel says what becomes of it. */
#pragma once

#include "trace.h"

/* Where to, and how it should come. */
typedef struct Probe {
    int nsfd;     /* sent from inside this namespace */
    unsigned end; /* index of the interface by which it reaches the host */
    IpAddress to;
    uint16_t port;
    bool udp; /* a datagram, else what opens a TCP connection */
} Probe;

typedef enum FateKind {
    FATE_KEPT,    /* it did not come out of the namespace */
    FATE_DROPPED, /* by a rule or a policy of nftables (iptables-nft is that too) */
    FATE_TAKEN,   /* a rule gave it to a program (nfqueue) or elsewhere */
    FATE_LOST,    /* it came, and neither left nor arrived, and no rule of nftables did that */
    FATE_LEFT,    /* by an interface of the host */
    FATE_ARRIVED, /* at the host itself */
} FateKind;

typedef struct Fate {
    FateKind kind;
    GArray *met;      /* TraceEvent: the rules and policies it met in turn; the last one dropped or took it */
    bool neighbour;   /* dropped was not the packet, but the question for the gateway's MAC address (IPv6) */
    bool refused;     /* kept: by a firewall inside, the namespace's own */
    int errnum;       /* what the sender was told within the time, 0: nothing */
    unsigned out;     /* left: by this interface */
    IpAddress source; /* left: from this address, after all that was changed */
} Fate;

/* To be called before any probe: only one doctor sends at a time, and what one that was killed left behind in
 * the host is removed. Returns a fd to be closed when there is nothing more to send, or -1. */
int probe_begin(GError **error);

/* Sends (twice if nothing is heard) and waits, little more than a second at most. For that time there is a
 * table of ours in the host's nftables; nobody's rules are touched, and signals that would end us wait. */
bool probe_send(const Probe *probe, Fate *ret, GError **error);

/* Does a firewall inside keep a datagram to there, so that the sender is told (EPERM)? It is sent, with
 * nothing in it, and nobody listens for what becomes of it. */
bool probe_is_refused(const Probe *probe);

/* Sends @count packets of the kind and listens to nothing: for those who count. */
bool probe_send_many(const Probe *probe, unsigned count, GError **error);

void fate_done(Fate *fate);
/* The event that sealed it; NULL where no rule did. */
const TraceEvent *fate_last(const Fate *fate);
/* The first event in the base chain (that of the hook) in which the last one is. */
const TraceEvent *fate_base(const Fate *fate);
