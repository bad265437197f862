/* status.h - what there is to say about a namespace, as JSON: for `netnsctl list` and `status`, the front's
 * and root's alike. */
#pragma once

#include "conf.h"
#include "record.h"

#include <glib.h>
#include <jansson.h>

/* For each of @names, which the caller may see: {"name", "state", "why" (of one that is broken), "type",
 * "description", "services": units that are attached (dropin.h), "outdated": those of them that are to be
 * attached again (service-outdated.h)}. What nothing says is absent. A configuration that cannot be read
 * gives an entry with "error", a sentence, and "gone" where that is that the file is no more. Never NULL;
 * owned by the caller. States: "up", "down", "changing" (being built or removed just now), "broken" (half
 * built, or gone behind our back), "foreign"
 * (/run/netns has it, and it is not ours). */
json_t *status_list(char *const *names);

/* All about one: the keys of status_list, "ruleset" (the file of its firewall) where there is one, and where
 * the namespace is there "nsid": {"dev", "ino"}, "links" (survey-link.h; "peer" also where the other end is
 * in another namespace, which "peer_namespace" names then), "routes", "rules", "dns": {"servers", "domains",
 * "file"}, "etc": "host" (programs see the host's files there), "obstacles" (obstacles.h). NULL and an error
 * when there is neither a file nor a namespace of that name, or the kernel does not answer. */
json_t *status_of(const char *name, GError **error);

/* Names with a file or a record, sorted, each once. NULL and an error. */
char **status_names(GError **error);

/* The configuration of @name: of its files, or where a type was asked for without a file (@record, may be
 * NULL) of that type. NULL and an error; CONF_ERROR_NOT_FOUND where neither a file nor a record says
 * anything, CONF_ERROR_GONE where the record is of a file that is no more. */
Conf *status_conf(const char *name, const Record *record, GError **error);
