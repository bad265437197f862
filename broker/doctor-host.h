/* doctor-host.h - what the host must do for a namespace's packets, apart from its firewall. */
#pragma once

#include "doctor-check.h"

/* Does the host forward between @end, a link's end in it, and @uplink ("": not known)? For IPv4 each
 * interface has a say of its own, for IPv6 too where the kernel knows force_forwarding (forwarding.c). Adds a
 * finding where not. */
bool host_forwards(Patient *patient, int family, const char *end, const char *uplink);

/* "IPv4", "IPv6" */
const char *family_name(int family);
