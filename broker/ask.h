/* ask.h - netnsctl's verbs for everybody that look. Root finds out by itself; others ask the broker. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* argv[0] is the verb. Each returns netnsctl's exit status: 0 good, 1 failed (said on stderr), 2 usage. */
int list_main(int argc, char **argv);
int status_main(int argc, char **argv);

/* What status.h says of all that the caller may see, or of one. @ask_password: where polkit wants one. NULL
 * and an error.
 */
json_t *ask_list(bool ask_password, GError **error);
json_t *ask_status(const char *name, bool ask_password, GError **error);

/* Adds to @entry, one of those, what the broker does not know of: "user_services", the caller's own, and
 * "outside" (service-outside.h). */
void ask_services(json_t *entry);

/* The objects of status.h, with "processes" (who.h), of @names (NULL-terminated), or where there are none of
 * all that the caller may see. No password is asked for. What could not be found out is said on stderr and
 * counted in @ret_failures. Never NULL; owned by the caller. */
json_t *ask_statuses(char **names, int *ret_failures);
