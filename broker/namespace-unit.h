/* namespace-unit.h - which unit of systemd's is a namespace's: netns@NAME.service, or netns-TYPE@NAME.service
 * of a type that its file need not say. Of all of a name one at a time is active (units/meson.build). systemd
 * is not asked: unit_keeper() does that for worker and verbs, units.c for the front. */
#pragma once

#include "conf.h"

/* The one that would bring it up: netns-TYPE@NAME where such a one is enabled, or the type was asked for when
 * it came up, else netns@NAME. Owned by the caller. */
char *namespace_unit_of(const char *name);

/* Patterns that match all of its units that systemd has loaded, and no others. NULL-terminated, owned by the
 * caller. */
char **namespace_unit_patterns(const char *name);

/* The configuration of @name as @unit brings it up; owned by the caller. NULL and a sentence where nothing
 * tells how it would come up. */
Conf *namespace_unit_conf(const char *name, const char *unit, GError **error);

/* The type that was asked for when it came up, and that a restart has to ask for again; owned by the caller.
 * NULL: its file says it, or it is not up. */
char *namespace_type_asked(const char *name);
