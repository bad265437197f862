/* needed.h - the namespaces that one hangs on, started before it. */
#pragma once

#include "conf.h"
#include "nl.h"

/* Those that are not up are started: as their units where systemd is there, else here. Called with the lock
 * of
 * @conf's namespace; a circle is an error before anything is started. */
bool needed_start(const Conf *conf, Nl *host, GError **error);

/* @name alone, if it is not up. */
bool needed_up(const char *name, Nl *host, GError **error);
