/* service-outside.h - attached services that run, and not in their namespace: they were attached while they
 * ran, or a user's, whom no unit holds, stayed behind when the namespace was made anew. */
#pragma once

#include <jansson.h>

/* Adds "outside" to @entry (status.h): the units among its "services" and "user_services" that run elsewhere,
 * as far as the caller may look at their processes. Nothing where there are none. */
void service_outside_add(json_t *entry);
