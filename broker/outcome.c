/* outcome.c - see outcome.h. */
#include "outcome.h"

#include "answer.h"
#include "audit.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#define UNREAD_SECONDS 10

static void audit_outcome(const Connection *this, const char *decision, const char *reason)
{
    audit(&this->peer, &(Decided){.verb = this->asked ? request_verb(&this->request) : "connect",
                                  .namespace = this->request.name,
                                  .decision = decision,
                                  .reason = reason});
}

/* A caller that died meanwhile gets nothing, whoever may have its socket now. */
static bool may_answer(const Connection *this)
{
    return this->turned_away || peer_alive(&this->peer);
}

void outcome_deny(Connection *this, const char *reason)
{
    if (may_answer(this))
        answer_denied(this->sock);
    audit_outcome(this, "denied", reason);
    connection_close(this);
}

void outcome_refuse(Connection *this, const char *error, const char *message)
{
    if (may_answer(this))
        answer_error(this->sock, error, message);
    audit_outcome(this, error, message);
    connection_close(this);
}

void outcome_fail(Connection *this, bool up, const char *why)
{
    if (may_answer(this))
        answer_failed(this->sock, &this->peer, &this->request, up, why);
    audit_outcome(this, "failed", why);
    connection_close(this);
}

/* Descriptors in an answer that nobody reads are memory of the kernel's: they count as a connection of this
 * user's until he has read it or hung up. */
static void wait_until_taken(Connection *this)
{
    this->answered = true;
    outcome_limit(this, UNREAD_SECONDS);
}

void outcome_succeed(Connection *this, const char *names, const int *fds, size_t n_fds)
{
    bool alive = may_answer(this);
    bool apart = this->request.verb == VERB_ENTER && this->cached &&
                 this->cached->conf->ns.propagation == PROPAGATION_PRIVATE;
    if (alive)
        answer_ok(this->sock, names, apart, fds, n_fds);
    if (this->request.verb != VERB_LIST && this->request.verb != VERB_STATUS)
        audit_outcome(this, alive ? "allowed" : "cancelled", alive ? this->reason : "the caller is gone");
    if (alive && n_fds > 0)
        wait_until_taken(this);
    else
        connection_close(this);
}

void outcome_turn_away(Connection *this)
{
    if (strcmp(this->turned_away, "denied") == 0)
        outcome_deny(this, this->reason);
    else
        outcome_refuse(this, this->turned_away, this->reason);
}

void outcome_cancel(Connection *this)
{
    if (!this->answered)
        audit_outcome(this, "cancelled", "the caller hung up");
    connection_close(this);
}

/* unix(7), SIOCOUTQ; the kernel frees it with the reader's socket, not with ours. */
bool outcome_is_unread(const Connection *this)
{
    int bytes = 0;
    return ioctl(this->sock, SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

static gboolean overdue(gpointer user)
{
    Connection *this = user;
    this->limit = 0;
    if (this->answered && outcome_is_unread(this))
        outcome_limit(this, UNREAD_SECONDS);
    else if (this->answered)
        connection_close(this);
    else if (this->turned_away)
        outcome_turn_away(this);
    else if (!this->asked)
        outcome_refuse(this, "invalid", "no request came in time");
    else if (!this->reason)
        outcome_deny(this, "no decision in time");
    else
        outcome_fail(this, false, "it took too long");
    return G_SOURCE_REMOVE;
}

void outcome_limit(Connection *this, guint seconds)
{
    g_clear_handle_id(&this->limit, g_source_remove);
    this->limit = g_timeout_add_seconds(seconds, overdue, this);
}
