/* etc-directory.h - the /etc that a namespace's programs see: a directory with files of its own (etc-file.h),
 * and a link to the host's for every other name. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* RUN_DIR/dns/@name, filled: what has come to the host's /etc, or has gone, is made good. To be called when
 * the files of the namespace's own are there. */
bool etc_directory_fill(const char *name, GError **error);

/* Has it been filled? */
bool etc_directory_is_there(const char *name);

/* @entry of it is the host's again. */
void etc_directory_link(const char *name, const char *entry);

/* Removes a directory, with the files and links in it and in its .host; nothing else that may be mounted in
 * there. */
void etc_directory_empty(const char *path);
