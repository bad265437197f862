/* doctor-overhear.h - listens in the host and inside a namespace for packets in which a name is. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "doctor-lookup.h"

typedef struct Overhearing {
    int host, inside; /* sockets, to be polled: readable when there is something to take; -1 */
    char label[sizeof LOOKUP_PREFIX + LOOKUP_TOKEN + 1]; /* as it is in a packet, its length in front */
    unsigned seen_host[LOOKUP_PATHS];                    /* index of an interface of the host, 0: not seen */
    bool seen_inside[LOOKUP_PATHS];
} Overhearing;

/* For the names with @token in them (doctor-lookup.h). */
bool overhearing_begin(int nsfd, const char *token, Overhearing *ret, GError **error);
/* Takes what has come. */
void overhearing_take(Overhearing *overhearing);
/* False where so much came that not all was heard. */
bool overhearing_end(Overhearing *overhearing);
