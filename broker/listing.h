/* listing.h - a ruleset as nft lists it, made fit to be kept in a file. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The comment of rules of ours that stand for a moment only (ruleset.c). */
#define LISTING_PASSING "netns-broker: until the policies count"

/* @listing (of `nft --stateless list ruleset`) without what is only there for a time: elements of sets and
 * maps that expire, and rules of ours with the comment above. An expired permission must not come to life
 * again when the file is loaded. Elements stand one to a line. Owned by the caller. */
char *listing_tidy(const char *listing);

/* Would nft, reading @text, read another file, too? nft prints comments as they are, quotes and all, and
 * whoever speaks to the kernel without nft may put anything into one. */
bool listing_includes(const char *text);
