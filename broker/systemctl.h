/* systemctl.h - systemctl(1), which is there where systemd is: how it is called. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* systemctl WORDS -- UNIT, waited for. @words: "--quiet is-active", split at spaces. What it prints goes
 * where ours goes. Errors as of spawn_run(). */
bool systemctl(const char *words, const char *unit, GError **error);

/* The same of @units, NULL-terminated; there may be none. @user: of the caller's own systemd. */
bool systemctl_units(const char *words, char *const *units, bool user, GError **error);

/* And what it has printed in *ret; owned by the caller. Errors as of spawn_read(). */
bool systemctl_read(const char *words, char *const *units, bool user, char **ret, GError **error);

/* The command line alone, with NULL at its end. Owned by the caller. */
GPtrArray *systemctl_command(const char *words, char *const *units, bool user);
