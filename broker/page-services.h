/* page-services.h - the units that are attached to a namespace, as words for people. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* All of "services" and "user_services" of @entry (status.h), those that take another word than their name
 * marked: "web.service api.service (outdated) mine.service (user)". @brief: services without the suffix, as
 * systemctl(1) takes them. "" where there are none. Owned by the caller. */
char *services_join(const json_t *entry, bool brief);

/* The command by which @unit, one of those or an instance of it, comes into its namespace. Owned by the
 * caller. */
char *services_restart(const json_t *entry, const char *unit);

/* For each that is outdated or runs elsewhere a line that says what to do (char*). Owned by the caller. */
GPtrArray *services_advice(const json_t *entry);
