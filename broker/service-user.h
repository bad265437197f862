/* service-user.h - what is written into the drop-in of a unit of the caller's own systemd. */
#pragma once

#include "service-unit.h"

#include <jansson.h>

/* Where drop-ins of the caller's are. Owned by the caller. */
char *service_user_directory(void);

/* Waits until no other attach or detach of the caller's own services is at work. A fd to be closed; -1: the
 * caller has no XDG_RUNTIME_DIR, without which systemctl(1) does nothing for him either. */
int service_user_lock(void);

/* As dropin_attached(), of the caller's own services. Root's where root calls it, never somebody else's. */
json_t *service_user_attached(void);

/* May the caller enter @name? False and a sentence. What may still refuse a service is a warning. */
bool service_user_may(const char *name, GError **error);

/* The whole file for @unit: each of its commands behind chnetns @name. Owned by the caller. NULL and a
 * sentence where that cannot be. */
char *service_user_text(const ServiceUnit *unit, const char *name, GError **error);
