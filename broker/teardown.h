/* teardown.h - a namespace taken down, under its lock. */
#pragma once

#include "nl.h"

#include <stdbool.h>

/* For many at once, before teardown of each: the hooks before down, and the namespace loses its name. The
 * kernel then removes links together, in 40 ms or so for a hundred, where nobody else holds the namespaces;
 * one by one they cost 20 ms each. */
bool teardown_begin(const char *name, GError **error);

/* Takes @name down: all that `up` made goes; nothing to do is good. Hooks that fail are warned about.
 * @block: false = a child does it, under the namespace's lock, which the next `up` waits for; its errors go
 * to stderr. */
bool teardown(const char *name, Nl *host, bool block, GError **error);

/* The same, but only if its network namespace has gone, as somebody removed it by hand (ip netns del). */
bool teardown_gone(const char *name, Nl *host, GError **error);
