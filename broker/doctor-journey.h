/* doctor-journey.h - a packet that is to go through the host by a link, and what becomes of it. */
#pragma once

#include "doctor-check.h"

typedef struct Journey {
    Patient *patient;
    const json_t *link; /* of the record */
    const char *end;    /* in the host */
    unsigned end_index;
    int family;
    bool to_host;
    IpAddress to;  /* AF_UNSPEC: nothing is sent */
    uint16_t port; /* to a name server, by UDP; 0: by TCP, to the port for the host or for the world */
    char topic[64];
} Journey;

/* As finding_add(), with where the packet was sent to. */
json_t *journey_found(const Journey *journey, FindingLevel level, char *text, char *advice);

/* Sends a packet to journey->to, and adds what became of it. */
void journey_try(const Journey *journey);

/* Is @address one of the link's, in its list "addresses" (inside) or "host_addresses"? */
bool journey_has(const Journey *journey, const char *key, const IpAddress *address);

/* The group of the end in the host (firewall.h), by which our firewall goes; is it one that is masqueraded?
 */
uint32_t journey_group(const Journey *journey);
bool journey_is_masqueraded(const Journey *journey);
