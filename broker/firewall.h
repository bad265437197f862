/* firewall.h - nftables: the host's one table (a namespace's own ruleset is in ruleset.h).
 *
 * The table has static rules on the group of the incoming or outgoing interface (IFLA_GROUP), so that a
 * namespace needs no nft work: a table per namespace is quadratic and ends at 1024. */
#pragma once

#include "conf.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FIREWALL_TABLE "netns-broker"
#define FIREWALL_GUARD "netns-broker-guard" /* its twin, which `watch` holds (guard.h) */

/* Interface groups of ours: base + bits. */
#define FIREWALL_GROUP 0x6e620000u
#define FIREWALL_GROUP_MASK 0xffff0000u
#define FIREWALL_MASQUERADE_IPV4 1u
#define FIREWALL_HOST_ACCESS 2u /* may open connections to the host itself */
#define FIREWALL_MASQUERADE_IPV6 4u
#define FIREWALL_SEVERAL_LINKS 16u /* its packets may come by another link than answers to them take */
#define FIREWALL_WAYS 8u           /* leaves only by the ways that firewall_want() names */

/* Of bridges that we made: a mark from birth on, no rule is about it. */
#define FIREWALL_BRIDGE_GROUP 0x6e630000u

/* What namespace @name wants of the table beyond its static rules: @commands, lines of nft(8) that add
 * elements to the table's sets and maps, for one @subject: "ways", "ports", "reach". NULL: nothing
 * any more. Kept in a file for the next firewall_ensure(), of whoever calls it. To be called with the host's
 * lock. */
bool firewall_want(const char *name, const char *subject, const char *commands, GError **error);
/* What it wants so far, as it was given; NULL: nothing. Owned by the caller. */
char *firewall_wanted(const char *name, const char *subject);
/* Who wants something of @subject: names, sorted, never NULL. Owned by the caller. */
char **firewall_wanting(const char *subject);
/* Nothing of any subject. *ret_changed: it did want something. */
bool firewall_want_nothing(const char *name, bool *ret_changed, GError **error);

/* The host forwards for its namespaces and for nobody else (forwarding_guarded()). */
typedef struct Guarded {
    char **interfaces; /* forward only because of us: nft elements `ipv4 . "eth0"`, sorted; owned */
    Families families; /* in which its administrator has not made it a router */
} Guarded;
void guarded_done(Guarded *guarded);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Guarded, guarded_done)

/* The whole table as nft(8) reads it, called @table, with @flags ("" or "flags owner;"); owned by the caller.
 */
char *firewall_text(const char *table, const char *flags, const Guarded *guarded);

/* Puts the table in place when it is not there, or when @guarded or a wish has changed. nft(8) is run at most
 * once for each such change; to be called with the host's lock. */
bool firewall_ensure(const Guarded *guarded, GError **error);
/* A word that is another one when the table was made from another text; NULL: there is none. Owned by the
 * caller. */
char *firewall_stamp(void);
/* Takes the table away. */
bool firewall_remove(GError **error);
/* Takes away a twin that its owner has left behind (guard.h); one with an owner stays. */
void firewall_remove_orphan(void);
