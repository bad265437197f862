/* service-exec.h - the commands of a service, each started through another program. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The value of an ExecStart= and the like with @front ("/usr/bin/chnetns lab") between what systemd is told
 * by the characters before a command ("-") and the command itself; one value may hold several. Specifiers,
 * variables and quotes stay for systemd. Owned by the caller. NULL and a sentence for what has another
 * meaning when another program is started: "@" and "|". */
char *service_exec_behind(const char *value, const char *front, GError **error);

/* All commands in the texts @files of a unit (path, text, path, text …; a drop-in after what it changes), as
 * lines of [Service] that take their place: "ExecStart=" to forget them, then each again behind @front. Owned
 * by the caller. NULL and a sentence where there is no command, or one that cannot be. */
char *service_exec_lines(char *const *files, const char *front, GError **error);
