/* ledger.h - what was changed of the host's own sysctls, and what it was before: RUN_DIR/forwarding.json.
 *
 * Written ahead; put back when the last namespace that needs the host is gone (forwarding.h). All functions
 * are to be called with the host's lock. */
#pragma once

#include "conf.h"

#include <jansson.h>

typedef struct Ledger {
    json_t *file;
    json_t *set;       /* borrowed from file: [[path, old value, our value or null] …] */
    Families families; /* those that the host's interfaces were looked at for */
} Ledger;

Ledger ledger_load(void);
void ledger_done(Ledger *ledger);
bool ledger_save(const Ledger *ledger, GError **error);

bool ledger_has(const json_t *set, const char *path);
/* Notes that @path (below /proc/sys) is to become @value, unless it is that, or is noted, already; nothing is
 * set yet. */
void ledger_note(json_t *set, const char *path, const char *value);
/* Sets what is noted. An interface that went away meanwhile is no failure. */
bool ledger_apply(const json_t *set, GError **error);

/* Puts everything back and forgets it. */
void ledger_restore(void);
