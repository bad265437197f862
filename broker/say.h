/* say.h - the only place that prints messages for the admin. */
#pragma once

#include <glib.h>

/* Name put before each message on a terminal; the string must stay. */
void say_as(const char *program);

/* For a process whose stderr is nowhere: from here on all of it goes to syslog(3). */
void say_to_syslog(const char *program);

/* One sentence on stderr; with a syslog priority where stderr is the journal (systemd.exec(5),
 * JOURNAL_STREAM). */
void say_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
void say_warning(const char *format, ...) G_GNUC_PRINTF(1, 2);
void say_info(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* @text without "NAME: " at its front, for a sentence that begins with the name already. Within @text. */
const char *say_without(const char *name, const char *text);

/* "Usage: PROGRAM WORDS" on stderr. Returns 2, the exit status for it. */
int say_usage(const char *words);
