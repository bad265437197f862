/* listing.h - a ruleset as nft lists it, made fit to be kept in a file. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The comment of rules of ours that stand for a moment only (ruleset.c). */
#define LISTING_PASSING "netns-broker: until the policies count"

/* A table of ours, inet, in a namespace whose name servers are guarded (dns-guard.h): no part of its own
 * ruleset. */
#define LISTING_GUARD LISTING_OURS "dns"
/* Another, in one with DHCP clients (lease-guard.h). */
#define LISTING_LEASES LISTING_OURS "dhcp"
/* What they begin with. */
#define LISTING_OURS "netns-broker-"

/* @listing (of `nft --stateless list ruleset`) without what is only there for a time: elements of sets and
 * maps that expire, rules of ours with the comment above, and the tables above. An expired permission must
 * not come to life again when the file is loaded. Elements stand one to a line. Owned by the caller. */
char *listing_tidy(const char *listing);

/* Is @name one that nft can be told, as a word? The kernel takes any bytes for the name of a table or a chain
 * from whoever speaks to it without nft, and nft prints them as they are: a line end in one would begin a
 * command. */
bool nft_is_identifier(const char *name);

/* Would nft, reading @text, make tables and do nothing else? It prints names and comments as they are, line
 * ends and quotes and all, and whoever speaks to the kernel without nft may put commands into one: to read
 * another file, to wait for ever. */
bool listing_is_tables(const char *text);
