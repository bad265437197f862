/* forwarding.h - the host forwards for its namespaces, and for nobody else.
 *
 * What is changed is kept in a ledger (RUN_DIR/forwarding.json), with its old value, and put back when the last namespace that
 * needs it is gone. All functions are to be called with the host's lock. */
#pragma once

#include "conf.h"

/* Namespace @name has (or, @host_name NULL: is about to have) a link whose host end is @host_name: the firewall's table is put in place (firewall.h), and for @families (may
 * be none) per-interface forwarding is set on that end and on the host's other interfaces; nothing where the host forwards already.
 * @refresh: look at the host's interfaces again although they were set before: others may have come. */
bool forwarding_need(const char *name, const char *host_name, Families families, bool refresh, GError **error);

/* @name needs it no more. The last one restores everything. No error when it never did. */
bool forwarding_release(const char *name, GError **error);
