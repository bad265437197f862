/* filter-fit.h - does a rule hold of the packets of a namespace? They are known by where they come from and
 * go to, not by address or port. */
#pragma once

#include "filter.h"

typedef enum FilterEnd { FILTER_HOST, FILTER_NAMESPACE, FILTER_ELSEWHERE } FilterEnd;

#define FILTER_STATE_NEW 1u
#define FILTER_STATE_ESTABLISHED 2u
#define FILTER_STATE_RELATED 4u
#define FILTER_STATE_INVALID 8u
#define FILTER_STATE_UNTRACKED 16u

/* All packets of a kind. */
typedef struct FilterPacket {
    FilterEnd from, to;
    unsigned states;
    bool dnat;  /* a published port */
    int icmpv6; /* type, where it is only these; else 0 */
} FilterPacket;

/* In this order: a rule fits as its worst condition does, a set as its best word. */
typedef enum FilterFit {
    FILTER_NEVER,
    FILTER_SOME, /* what somebody thought of in particular: a port, an address, a rate */
    FILTER_MOST, /* not all, but a rule that takes them in general: by protocol, by what it is not */
    FILTER_ALL,
} FilterFit;

FilterFit filter_fit(const FilterRule *rule, const FilterPacket *packet);
