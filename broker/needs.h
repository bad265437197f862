/* needs.h - the other namespaces that one hangs on, as files say. */
#pragma once

#include "conf.h"

/* Names of those that links of @conf have an end or a parent in, each once; NULL-terminated, owned by the
 * caller. */
char **needs_of(const Conf *conf);

/* The first of @conf's needs that comes back to it: "FILE:LINE: [Link x] Peer=b: a needs b, b needs a: none
 * of them can be the first". NULL: none. Reads the files of the others; owned by the caller. */
char *needs_circle(const Conf *conf);

/* "FILE:LINE: [Link x] Peer=b: …" where an end of a link would be a second way out of a namespace that has
 * KillSwitch=. NULL: none. Owned by the caller. */
char *needs_second_way(const Conf *conf);
