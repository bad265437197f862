/* whole.h - a file that is there whole, as it was before, or not at all. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Written beside @path and renamed into place, with @mode. The name that it has until then is always the
 * same, so what a process leaves that was killed meanwhile goes with the next write or whole_remove(): one at
 * a time may write, under a lock. Nothing is synced: what is in /run does not outlive the kernel. */
bool whole_write(const char *path, const char *text, mode_t mode, GError **error);

/* The same of a file on a disk: its text is there before its name is, whenever the power fails. */
bool whole_write_synced(const char *path, const char *text, mode_t mode, GError **error);

/* Removes it, and what is left of one that was not written to its end. None is no error. */
bool whole_remove(const char *path, GError **error);

/* The latter alone. */
void whole_sweep(const char *path);

/* The name of the file that @entry is left of, as one finds it in a directory: ".lab.json.new" of "lab.json".
 * NULL: of none. Owned by the caller. */
char *whole_left_of(const char *entry);
