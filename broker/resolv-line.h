/* resolv-line.h - lines of resolv.conf(5), as the C library reads them. */
#pragma once

#include <glib.h>

/* The address of "nameserver ADDRESS", owned by the caller; NULL: it is another line, or has none. What
 * stands behind it, a comment, is not part of it (glibc's resolv/res_init.c, res_vinit_1). */
char *resolv_line_server(const char *line);

/* Those of a whole text, in order. Never NULL; owned by the caller. */
char **resolv_line_servers(const char *text);
