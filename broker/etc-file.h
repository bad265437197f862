/* etc-file.h - the files that a namespace's programs see in /etc in place of the host's: RUN_DIR/dns/NAME/.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* RUN_DIR/dns/@name/@file; owned by the caller. */
char *etc_file_path(const char *name, const char *file);

/* Makes it, or writes @text into the one that is there, in place: programs that run inside have it mounted,
 * and see the new text. */
bool etc_file_write(const char *name, const char *file, const char *text, GError **error);

/* The same for a file anywhere. */
bool etc_text_write(const char *path, const char *text, GError **error);
/* The same for root's eyes alone. */
bool etc_text_write_private(const char *path, const char *text, GError **error);

/* One that is not there is fine. */
bool etc_file_remove(const char *name, const char *file, GError **error);

/* All of them, and what a resolver of the namespace's own has (RUN_DIR/resolver/NAME). */
bool etc_files_remove(const char *name, GError **error);
