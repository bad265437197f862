/* answers.h - ends in the host that forward because something was opened, and not because of Masquerade=: no
 * more than the answers of what was opened. */
#pragma once

#include "conf.h"
#include "nl.h"

#include <jansson.h>

/* The firewall's part for the links of a record's @detail, which counts from the next firewall_ensure() on.
 * @families: in which they shall forward; an end that does already stays under guard. To be called with the
 * host's lock. */
bool answers_want(const char *name, const json_t *detail, Families families, Nl *host, GError **error);

/* They forward. To be called when the firewall stands. */
bool answers_forward(const json_t *detail, Families families, Nl *host, GError **error);
