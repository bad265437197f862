/* ruleset.h - a namespace's own nftables ruleset, from a file of the admin's. The host's table is in
 * firewall.h. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Replaces the ruleset of the namespace @nsfd by that of @file (NULL: by none), in one transaction. The
 * file, and the way to it, must be root's alone. */
bool ruleset_load(const char *file, int nsfd, GError **error);
