/* outcome.h - how a connection ends: with an answer, a line of the audit log, or after a time. */
#pragma once

#include "connection-state.h"

#include <stddef.h>

/* Each of these ends the connection. @reason and @why are for the admin (and root), @message for the caller.
 */
void outcome_deny(Connection *this, const char *reason);
void outcome_refuse(Connection *this, const char *error, const char *message);
/* @up: the namespace was there. */
void outcome_fail(Connection *this, bool up, const char *why);
/* As answer_ok; @fds stay the caller's. */
void outcome_succeed(Connection *this, const char *names, const int *fds, size_t n_fds);
/* Those who are told no whatever they ask. */
void outcome_turn_away(Connection *this);
/* The caller has hung up. */
void outcome_cancel(Connection *this);

/* Has the caller not yet read what was sent? */
bool outcome_is_unread(const Connection *this);

/* Ends it in @seconds, counted anew, with a no that fits how far it is. */
void outcome_limit(Connection *this, guint seconds);
