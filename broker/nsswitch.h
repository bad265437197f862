/* nsswitch.h - the nsswitch.conf(5) that a namespace's programs see: the host's, but names of hosts are
 * looked up by nobody outside. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* @text (NULL: the host has none) with a line `hosts:` that knows only files, dns and myhostname, in their
 * order and with what is in brackets behind them. Owned by the caller. */
char *nsswitch_contain(const char *text);

/* Writes that of the host for the namespace @name: etc-file.h. */
bool nsswitch_write(const char *name, GError **error);
