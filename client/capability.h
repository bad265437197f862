/* capability.h - CAP_SYS_ADMIN of chnetns: permitted, raised for a handful of calls, gone for good. Where the
 * caller is root nothing is raised or dropped. libc only. */
#pragma once

#include <stdbool.h>

bool capability_permitted(void);

/* Dies when it cannot. */
void capability_raise(void);

/* Every set empty; nothing where none was raised. */
void capability_lower(void);

/* The same, the ambient set too, and no way back: shown by looking and by trying. */
void capabilities_drop(void);
