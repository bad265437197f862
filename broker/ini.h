/* ini.h - the lines of a configuration file in systemd's syntax.
 *
 * Comments (# and ;), backslash continuation, `[Section]` and `[Section label]`, `Key=value`. What a line
 * means is not known here. GKeyFile is no alternative: it keeps the last of repeated keys, merges sections
 * and reports no line numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define INI_BYTES_MAX (256 * 1024) /* of a file */
#define INI_LINE_MAX 8192          /* bytes of an assignment, continuation lines included */
#define INI_LINES_MAX 4096         /* of a file */

/* What is called for every line, in order. Strings live only during the call. @line counts from 1; of a
 * continued line, the first. */
typedef struct IniSink {
    void (*section)(void *user, unsigned line, const char *section,
                    const char *label); /* @label "" when there is none */
    void (*assign)(void *user, unsigned line, const char *key, const char *value); /* @value "" resets */
    void (*slip)(void *user, unsigned line,
                 const char *message); /* not in the syntax; reading goes on behind it */
} IniSink;

/* Read @size bytes of @text, which need not be terminated. Assignments before the first section, or in one
 * whose header was a slip, are not passed on. */
void ini_read(const char *text, size_t size, const IniSink *sink, void *user);
