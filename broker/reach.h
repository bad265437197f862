/* reach.h - NamespaceAccess=: which namespaces may open connections to which.
 *
 * Known from the records of those that are up, and not from files: so it is about what is there. Whoever
 * comes up looks at both sides, so the order does not matter. To be used with the host's lock. */
#pragma once

#include "conf.h"

#include <jansson.h>

/* The details of records, each read once. */
typedef struct Reach Reach;

/* Of namespace @name, with the @detail that its record has or is going to have; borrowed. */
Reach *reach_new(const char *name, const json_t *detail);
void reach_free(Reach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reach, reach_free)

/* NULL: it is not up. Borrowed. */
const json_t *reach_detail(Reach *reach, const char *name);

/* Those that are up and may open connections to @name, or the other way; names, owned by the caller. */
char **reach_related(Reach *reach, const char *name);

/* Families of the addresses that @detail has for its links to the host. */
Families reach_families(const json_t *detail);

/* To be called before anything else of @name's: who comes up looks for those that may reach it when its own
 * record is saved, so one of both finds the other. */
bool reach_announce(const char *name, GError **error);

/* The firewall's part for what @name may reach, which counts from the next firewall_ensure() on. */
bool reach_want(Reach *reach, const char *name, GError **error);
