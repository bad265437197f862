/* passage-report.h - what is in the way of namespaces and stays there, for obstacles.h. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* Of what stops namespaces in chains that could not be changed, and of rules that drop what leaves by an
 * interface which has a default route now. @plans: PassagePlan*, after passage_edit(). A new reference; NULL
 * and an error when the host's routes cannot be read. */
json_t *passage_report(const GPtrArray *plans, GError **error);
