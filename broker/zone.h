/* zone.h - firewalld: the host's ends of namespaces' links are in its zone "trusted", while somebody keeps
 * watch. Its rules are its own, and with nftables nobody else can change them; so it is asked, over D-Bus.
 *
 * At run time only (nothing of it is written to its configuration), and again when it has been started or
 * reloaded. What a namespace may do is not decided there: our own table (firewall.h) drops what it drops. */
#pragma once

#include <glib.h>
#include <systemd/sd-event.h>

typedef struct Zone Zone;

/* Waits for the system bus and for firewalld, without starting either; where they never come nothing is said.
 * What firewalld refuses is one warning. NULL only when @event is in no state to be used. */
Zone *zone_new(sd_event *event);

/* The interfaces, as firewalld names them ("vn-+" is a wildcard), NULL-terminated. One that somebody has put
 * into a zone, that one or another, is left there. */
void zone_want(Zone *zone, char *const *interfaces);

/* Takes out what it has put in, and waits a few seconds for that: nobody needs it any more. */
void zone_leave(Zone *zone);

/* firewalld is left as it is, and what was put in is remembered for who keeps watch next (RUN_DIR/zone). */
void zone_free(Zone *zone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Zone, zone_free)
