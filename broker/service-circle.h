/* service-circle.h - would units that are attached keep the system from booting in order? */
#pragma once

#include "service-unit.h"

/* With @texts as drop-ins of @units (ServiceUnit*), which are not in place yet: false and a sentence where
 * something that comes before a namespace waits for one of them. systemd would leave out one job of such a
 * circle, whichever. Where systemd-analyze is not installed nobody knows. Under LOCK_ATTACH. */
bool service_circle_free(const GPtrArray *units, const GPtrArray *texts, const char *namespace_unit,
                         GError **error);

/* A namespace comes up after the network: what is to come before that cannot come after it. False and a
 * sentence: @unit, which has been loaded, is that. */
bool service_comes_in_time(const ServiceUnit *unit, GError **error);
