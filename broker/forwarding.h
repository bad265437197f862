/* forwarding.h - the host forwards for its namespaces, and for nobody else.
 *
 * What is changed is kept in a ledger (RUN_DIR/forwarding.json), with its old value, and put back when the
 * last namespace that needs it is gone. All functions are to be called with the host's lock. */
#pragma once

#include "conf.h"
#include "firewall.h"
#include "nl.h"

/* Namespace @name is about to have, or has, a link whose end stays in the host: the firewall's table is put
 * in place (firewall.h), and for @families (may be none) the host's other interfaces get to forward, each by
 * itself; nothing where the host forwards already.
 * @refresh: look at the host's interfaces again although they were set before: others may have come. */
bool forwarding_need(const char *name, Families families, bool refresh, Nl *host, GError **error);

/* The same for the link's own end, once it is there. It needs no ledger: it goes with the link. */
bool forwarding_set_end(const char *host_name, Families families, GError **error);

/* In which families the host forwards for everybody, because its administrator says so; and in which an end
 * of ours does now. */
Families forwarding_of_host(void);
Families forwarding_of_end(const char *host_name);

/* @name needs it no more. The last one restores everything. No error when it never did.
 * @wanted: the table had elements of its own (firewall_want_nothing); they go although others are left.
 * *ret_last: nobody is left; then watch_wait() is to be called, without the lock. */
bool forwarding_release(const char *name, bool wanted, bool *ret_last, GError **error);

/* Is anybody left who needs it? Does @name? */
bool forwarding_is_needed(void);
bool forwarding_is_needed_by(const char *name);

/* For whoever keeps watch: the table is put back where it is missing; with @links, interfaces that have come
 * since get to forward. */
bool forwarding_refresh(bool links, Nl *host, GError **error);

/* For firewall_text(). */
Guarded forwarding_guarded(void);
