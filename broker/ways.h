/* ways.h - the ways out of a namespace with [NAT] Uplink=, set and kept up in the host.
 *
 * For each of its links to the host a routing table that holds the uplink's routes and ends in "unreachable",
 * rules that lead into it, the pairs of interfaces that the firewall lets pass, and what status says of it
 * (RUN_DIR/uplink/NAME.json). Two fences: what the rules would send elsewhere for the moment that somebody
 * has flushed them, the firewall drops. All functions are to be called with the host's lock. */
#pragma once

#include "network.h"

#include <jansson.h>

typedef struct WayEnd {
    const char *host_name;     /* the link's end in the host; it need not be there yet */
    uint32_t table;            /* uplink_table_number() */
    const GPtrArray *prefixes; /* IpPrefix*: the addresses of that end */
} WayEnd;

typedef struct Ways {
    const char *name;
    char *const *wanted; /* Uplink= */
    GArray *ends;        /* WayEnd */
    GArray *neighbours;  /* WayEnd without table: of namespaces that it may reach, or that may reach it; NULL:
                            none */
} Ways;

/* Finds the uplink and sets all of it; the firewall's part counts from the next firewall_ensure() on. No
 * uplink now is no error: then nothing leaves. @network: as it is now. */
bool ways_set(const Ways *ways, const Network *network, Nl *host, GError **error);

/* The same for a namespace that is up, as its record's detail has it (record.h). True also where it has no
 * Uplink=. */
bool ways_set_again(const char *name, const json_t *detail, const Network *network, Nl *host, GError **error);

/* Takes away what ways_set() made for the links of a record's detail. */
bool ways_remove(const char *name, const json_t *detail, Nl *host, GError **error);

/* RUN_DIR/uplink/NAME.json: {"wanted": […], "ipv4": {"interface", "gateway"}, "ipv6": …, "servers": […]};
 * NULL: it has no Uplink=. A new reference. */
json_t *ways_state(const char *name);
/* Its "servers"; empty where there are none. Owned by the caller. */
char **ways_servers(const char *name);
/* All names that have one, sorted; never NULL. Owned by the caller. */
char **ways_names(void);
