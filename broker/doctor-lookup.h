/* doctor-lookup.h - names are looked up from inside a namespace, by every path that a program has.
 *
 * `netnsctl doctor` runs the verb through chnetns, as users enter, and listens meanwhile for the names. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Each path asks for a name of its own, in a domain where nobody knows it, so that no cache does:
 * LOOKUP_PREFIX, the caller's token, two hexadecimal digits (the path's number). */
#define LOOKUP_PREFIX "nb-"
#define LOOKUP_TOKEN 8  /* characters */
#define LOOKUP_PATHS 32 /* at most */

/* The longest that all of it takes, in ms. */
#define LOOKUP_LIMIT 3000

/* As many servers can be named on the command line. */
#define LOOKUP_SERVERS 8

/* The verb that no help tells of: `doctor-lookup TOKEN [SERVER...]`. Those servers are asked beside those of
 * resolv.conf, by the path "upstream". Prints an array of {"number", "path", "outcome",
 * "server", "why"}; the last two where they apply. Outcomes: */
#define LOOKUP_ANSWERED "answered" /* there is somebody at its end who looks names up */
#define LOOKUP_ASKED "asked"       /* whether anybody answered cannot be seen */
#define LOOKUP_SILENT "silent"     /* asked, and no answer within the time */
#define LOOKUP_FAILED "failed"     /* "why" has the error */
#define LOOKUP_CLOSED "closed"     /* there is no such path */
#define LOOKUP_UNTRIED "untried"   /* the program for it is missing: "why" */
int lookup_main(int argc, char **argv);

/* One of that array: a string of it, borrowed, NULL where it has none; is that its outcome? */
const char *lookup_word(const json_t *lookup, const char *key);
bool lookup_is(const json_t *lookup, const char *outcome);
