/* service-text.h - what is written into the drop-in of a system unit. */
#pragma once

#include "conf.h"

/* The whole file for @unit, the name of a service or socket. @conf: of the namespace, @namespace_unit: its
 * unit. @notes (char*): what of /etc/netns/NAME the service will not see, a sentence each; NULL: not wanted.
 * Owned by the caller. NULL and an error where a file in /etc/netns/NAME cannot be used. */
char *service_text(const char *unit, const Conf *conf, const char *namespace_unit, GPtrArray *notes,
                   GError **error);
