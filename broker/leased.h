/* leased.h - the leases of a namespace's links: RUN_DIR/dhcp/NAME/LABEL.json, written by the script of the
 * DHCP client, read by `up`, `status` and whoever writes resolv.conf. */
#pragma once

#include "record.h"

#include <stdint.h>

/* From where a lease can come. NULL-terminated. */
extern const char *const leased_sources[]; /* "ipv4" (DHCP), "ipv6" (DHCPv6), "ra" (router advertisements) */

/* Is there while a client of udhcpc's has been started again and has not yet had its address taken away. */
#define LEASED_AGAIN ".again"

/* RUN_DIR/dhcp/NAME, and a file in there: LABEL and @suffix. Owned by the caller. */
char *leased_directory(const char *name);
char *leased_file(const char *name, const char *label, const char *suffix);

/* {"client", "interface", "asked": leased_asked(), and of each source {"addresses", "routes": [{"to", "by"}],
 * "servers", "domains", "server", "seconds" it lasts, "since" (of the clock), "boot" (the same of
 * leased_clock()), "unusable": routes that the kernel did not take}; "former": {of each source {"addresses",
 * "routes"} that may be there still}}; NULL: none. */
json_t *leased_load(const char *name, const char *label);
/* "seconds" of one that never runs out (RFC 2131, 3.3; RFC 8415, 7.7). */
#define LEASED_FOR_EVER UINT32_MAX

/* When what has come from one source runs out, in seconds since 1970 as the clock is now: it may have been
 * set since; G_MAXINT64: never. */
gint64 leased_part_end(const json_t *part);
/* When the last of its addresses runs out, in seconds since 1970: G_MAXINT64, where one never does; 0: there
 * is none. */
gint64 leased_end(const json_t *lease);
/* The families that are asked for, ["ipv4", "ipv6"], in a lease. Owned by the caller. */
json_t *leased_asked(bool ipv4, bool ipv6);
/* Has an address come, by DHCPv6 or an advertisement where @family is "ipv6"? */
bool leased_has(const json_t *lease, const char *family);
/* What is asked for and has not come: "lease", where there is no address at all, "IPv4 lease", "IPv6 lease";
 * NULL: nothing is missing. */
const char *leased_missing(const json_t *lease);
/* Renamed into place: who waits for it finds it whole. An error where the directory has gone. */
bool leased_save(const char *name, const char *label, const json_t *lease, GError **error);

/* Seconds since the machine was booted, its sleep included: the clock may be set while a lease runs. */
gint64 leased_clock(void);

/* Those of all links of @record, in their order; to be looked at together, as another may be saved at any
 * moment. An array, owned by the caller. */
json_t *leased_all(const Record *record);

/* "servers" or "domains" of them, each once. Owned by the caller. */
char **leased_words(const json_t *leases, const char *key);
