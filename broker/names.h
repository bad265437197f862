/* names.h - users and groups by name, asked of NSS in a thread and remembered for half a minute.
 *
 * NSS may talk to an LDAP server that does not answer: the main loop must not wait for it. So there are two
 * steps: prepare what will be asked, then ask without waiting. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <sys/types.h>

/* Keys: "u" and a user's name, "g" and a group's name, "n" and a number whose user's name is wanted. */

/* All of @keys known and fresh: names_prepare would do nothing. */
bool names_known(const GPtrArray *keys);

/* Looks up those of @keys (char*) that are not known or not fresh. A name that NSS has no answer for is
 * simply not there. */
void names_prepare(const GPtrArray *keys, GCancellable *cancel, GAsyncReadyCallback done, gpointer user);
bool names_prepare_finish(GAsyncResult *result, GError **error);

/* From what is remembered, however old; false, or NULL, when there is no such name. */
bool names_uid(const char *user, uid_t *ret);
bool names_gid(const char *group, gid_t *ret);
const char *names_user(uid_t uid); /* valid until the main loop runs again */
