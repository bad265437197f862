/* stranded.h - programs that stay behind in a network namespace that is taken down: they run on without a
 * network, and are not in the one that comes up under its name. */
#pragma once

#include <glib.h>

typedef struct Stranded Stranded;
void stranded_free(Stranded *stranded);

/* Who is inside of @names (NULL-terminated) now, as far as the caller may look. Stranded*, owned by the
 * caller. */
GPtrArray *stranded_look(char *const *names);

/* Says, a line for each namespace, who of them is still where it was. */
void stranded_tell(const GPtrArray *list);
