/* dropin.h - the file that keeps a unit of systemd's in a namespace: UNIT.d/50-netns-broker.conf. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define DROPIN_SYSTEM "/etc/systemd/system"

/* Below @directory (DROPIN_SYSTEM, or a user's). Owned by the caller. */
char *dropin_path(const char *directory, const char *unit);

/* The first line: how the file was made, and how it goes away. @user: of a user's own services. */
char *dropin_heading(const char *name, const char *unit, bool user);

/* The namespace that @unit is attached to, in *ret, NULL: to none; owned by the caller. False and an error
 * where the file is not one of ours, or cannot be read. */
bool dropin_read(const char *directory, const char *unit, char **ret, GError **error);

/* Replaces it as a whole; its first line is a heading. One at a time may write into @directory, under a lock
 * (whole.h). */
bool dropin_write(const char *directory, const char *unit, const char *text, GError **error);

/* The whole of it, NULL: there is none, or it cannot be read; owned by the caller. */
char *dropin_text(const char *directory, const char *unit);

/* Replaces it or, NULL, removes it: with its directory, where nothing else is in there, and what is left of
 * one that was not written to its end. None is no error. */
bool dropin_set(const char *directory, const char *unit, const char *text, GError **error);

/* All drop-ins that are in @directory, and itself: it is for them alone. */
void dropin_remove_all(const char *directory);

/* All units that are attached by drop-ins in @directory: an object that has a sorted array of unit names for
 * each namespace. Read from the files alone. Owned by the caller. */
json_t *dropin_attached(const char *directory);
