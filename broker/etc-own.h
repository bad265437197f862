/* etc-own.h - the admin's own files for the /etc of a namespace: /etc/netns/NAME, as ip-netns(8) has it. */
#pragma once

#include "paths.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/* /etc/netns/@name/@entry; NULL: of the directory. Owned by the caller. */
char *etc_own_path(const char *name, const char *entry);

/* The names of those that are meant to be mounted, sorted; none where there is no such directory. Owned by
 * the caller. NULL and an error: it is no directory, or not one of root's alone. */
char **etc_own_entries(const char *name, GError **error);

/* Is it a file, and not what an editor leaves lying about? */
bool etc_own_is_meant(const char *entry);

/* May a client make a path of it? False and an error. */
bool etc_own_check(const char *name, const char *entry, GError **error);

/* Where what we make ourselves lies, as NAME/FILE: etc-file.h. */
#define ETC_MADE_DIR RUN_DIR "/dns"
#define ETC_MADE_MODE 0700 /* who may enter gets mounts of what is in there */

/* Is it one of those that we make ourselves where the admin has none? These are files. */
bool etc_own_is_made(const char *entry);
