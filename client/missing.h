/* missing.h - why chnetns does not have its capability: a sentence for whoever must mend it. libc only. */
#pragma once

#include <stdbool.h>

/* The end of a sentence: "no_new_privs is set (…)". Static. */
const char *missing_because(void);

/* The caller is in a user namespace of its own: a capability it has counts only there. */
bool missing_in_user_namespace(void);
