/* service-contained.h - whether systemd reads a user's unit as we did. */
#pragma once

#include "service-unit.h"

/* Does systemd, which has loaded its files anew, start each command of @unit, a user's, by chnetns?
 * service-exec.c reads the same files, but what counts is how systemd does. False and a sentence with the
 * first that it does not. */
bool service_contained(const ServiceUnit *unit, GError **error);
