/* service-socket.h - the sockets that start a service. */
#pragma once

#include "service-unit.h"

/* Their names, NULL-terminated, owned by the caller: those that systemd knows to start @unit, which has been
 * loaded, and the one of the same name, whose file systemd may not have read yet (systemd.socket(5)). */
char **service_sockets(const ServiceUnit *unit);
