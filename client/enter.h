/* enter.h - into the namespace, with a mount namespace where something is to be covered. libc only. */
#pragma once

#include "entry.h"

/* Raises the capability, enters, mounts, and drops it: capability.h. Any failure dies. Closes the
 * descriptors. */
void entry_enter(const Entry *entry);
