/* doctor-route.h - what the kernel's routes would do with a packet. */
#pragma once

#include "nl.h"

#include "conf.h"

typedef struct RouteMatch {
    uint8_t length; /* of the prefix that was found: 0 is the default route */
    unsigned out;   /* index of the interface, 0 where there are several */
} RouteMatch;

/* The route of @nl's namespace to @to. @in, @from: of a packet that comes in by the interface with this
 * index, from this address; 0 and NULL: of one that is made there. False where there is none that leads
 * anywhere. */
bool doctor_route(Nl *nl, const IpAddress *to, unsigned in, const IpAddress *from, RouteMatch *ret);

/* An address of @family that nobody has (RFC 5737, RFC 3849, RFC 9637: set aside for documents) and that
 * takes the default route; false where there is no such route. */
bool doctor_route_nowhere(Nl *nl, int family, unsigned in, const IpAddress *from, IpAddress *ret,
                          RouteMatch *ret_match);
