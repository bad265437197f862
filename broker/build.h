/* build.h - a namespace made, changed, or removed: the worker's two jobs, each under the namespace's lock. */
#pragma once

#include "nl.h"

#include <stdbool.h>

typedef enum BuildResult { BUILD_UNCHANGED, BUILD_CHANGED, BUILD_MADE } BuildResult;

/* Brings @name up as its file says (@type: see conf_load). Already up and as the file says: nothing changes. Up and the file has
 * changed: its links, routes and rules are made anew in the same namespace. Left half-built by a killed process: removed first.
 * On failure all that was made is removed again. @host: netlink socket of the host. */
bool build_up(const char *name, const char *type, Nl *host, BuildResult *ret, GError **error);

/* For many at once, before build_down of each: the hooks before down, and the namespace loses its name. The kernel then removes
 * links together, in 40 ms or so for a hundred, where nobody else holds the namespaces; one by one they cost 20 ms each. */
bool build_down_begin(const char *name, GError **error);

/* Takes @name down: all that `up` made goes; nothing to do is good. Hooks that fail are warned about.
 * @block: false = a child does it, under the namespace's lock, which the next `up` waits for; its errors go to stderr. */
bool build_down(const char *name, Nl *host, bool block, GError **error);
