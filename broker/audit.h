/* audit.h - one journal line for each decision: who, which, why. */
#pragma once

#include "peer.h"

typedef struct Decided {
    const char *verb;      /* "enter" … */
    const char *namespace; /* as asked for; escaped here when it is foreign text */
    const char *decision;  /* "allowed", "denied", "authenticate", "busy", "invalid", "failed" */
    const char *reason;    /* a few words; may quote foreign text */
} Decided;

/* To the journal with the fields NETNS_BROKER_{VERB,NAMESPACE,DECISION,REASON,UID,PID}, or to stderr where
 * there is none. At most 50 lines of one uid in ten seconds; how many were left out is said afterwards. */
void audit(const Peer *peer, const Decided *decided);
