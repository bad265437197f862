/* who.h - who runs in a network namespace, as far as the caller may look. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

/* [{"pid", "uid", "user", "command"}] of all processes whose network namespace is (@dev, @ino), by pid. Found
 * with the caller's own rights in /proc: an ordinary user sees his own. Never NULL; owned by the caller. */
json_t *who_is_inside(dev_t dev, ino_t ino);
