/* errand.c - see errand.h. */
#include "errand.h"

#include "activate.h"
#include "cover.h"
#include "decide.h"
#include "namespace-unit.h"
#include "outcome.h"
#include "quota.h"
#include "report.h"

#include <unistd.h>

/* For the dialog, and again for the start of the namespace. */
#define ANSWER_SECONDS 120

/* ---- enter, start, stop, restart ---- */

static void enter(Connection *this);

static void activated(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Connection) this = user;
    g_autoptr(GError) error = NULL;
    bool fine = activate_finish(result, &error);
    if (this->builds)
        quota_give(this->peer.account, QUOTA_BUILD);
    if (this->sock < 0)
        return;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
        outcome_refuse(this, "busy", error->message);
    else if (!fine)
        outcome_fail(this, false, error->message);
    else if (this->request.verb == VERB_ENTER)
        enter(this);
    else
        outcome_succeed(this, NULL, NULL, 0);
}

static void bring(Connection *this, Activation what)
{
    if (this->conf_error &&
        what != ACTIVATION_STOP) { /* the worker would say the same, but not to the caller */
        outcome_fail(this, false, this->conf_error->message);
        return;
    }
    this->builds = !activate_under_way(this->request.name);
    if (this->builds && !quota_take(this->peer.account, QUOTA_BUILD)) {
        outcome_refuse(this, "busy", "you have too many namespaces being started already");
        return;
    }
    this->tried = true;
    outcome_limit(this, ANSWER_SECONDS);
    activate(this->request.name, what, NULL, activated, connection_ref(this));
}

static void enter_at(Connection *this, int nsfd)
{
    g_autoptr(GError) error = NULL;
    static const NamespaceConf defaults = {.sysfs = TRISTATE_UNSET, .bus = TRISTATE_UNSET};
    /* root, without a file: as its type says */
    g_autofree char *type = this->cached ? NULL : namespace_type_asked(this->request.name);
    g_autoptr(Conf) typed = type ? conf_load(this->request.name, type, CONF_STRICT, NULL, NULL) : NULL;
    const NamespaceConf *ns = this->cached ? &this->cached->conf->ns : typed ? &typed->ns : &defaults;
    Cover cover;
    if (cover_make(this->request.name, nsfd, ns, &cover, &error))
        outcome_succeed(this, cover.names->str, cover.fds, cover.n_fds);
    else
        outcome_fail(this, true, error->message);
    cover_done(&cover);
}

static void enter(Connection *this)
{
    g_autoptr(GError) error = NULL;
    int nsfd = activate_ready(this->request.name, &error);
    if (nsfd >= 0)
        enter_at(this, nsfd);
    else if (error || this->tried)
        outcome_fail(this, false, error ? error->message : "it is gone again");
    else
        bring(this, ACTIVATION_ENTER);
}

/* ---- list, status ---- */

static void reported(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Connection) this = user;
    g_autoptr(GError) error = NULL;
    int fd = report_finish(result, &error);
    if (this->sock >= 0 && fd >= 0)
        outcome_succeed(this, "json", &fd, 1);
    else if (this->sock >= 0)
        outcome_fail(this, false, error->message);
    if (fd >= 0)
        close(fd);
}

/* ---- deciding ---- */

static void allowed(Connection *this)
{
    switch (this->request.verb) {
    case VERB_ENTER:
        enter(this);
        break;
    case VERB_START:
        bring(this, ACTIVATION_START);
        break;
    case VERB_STOP:
        bring(this, ACTIVATION_STOP);
        break;
    case VERB_RESTART:
        bring(this, ACTIVATION_RESTART);
        break;
    case VERB_STATUS:
        report_status(this->request.name, reported, connection_ref(this));
        break;
    case VERB_LIST:
        g_assert_not_reached();
    }
}

static void decided(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Connection) this = user;
    g_autofree char *reason = NULL;
    Decision decision = decide_finish(result, &reason);
    if (this->sock < 0)
        return;
    if (decision == DECISION_ALLOWED) {
        this->reason = g_steal_pointer(&reason);
        allowed(this);
    } else if (decision == DECISION_AUTHENTICATE) {
        outcome_refuse(this, "authenticate", "this takes authentication, and there is nobody to ask for it");
    } else if (decision == DECISION_FAILED_TO_AUTHENTICATE) {
        outcome_refuse(this, "denied", "polkit did not authorize it: a wrong password, or a rule says no");
    } else if (decision == DECISION_BUSY) {
        outcome_refuse(this, "busy", "another question to you is open: answer that first");
    } else {
        outcome_deny(this, reason);
    }
}

void errand_begin(Connection *this)
{
    outcome_limit(this, ANSWER_SECONDS);
    if (this->request.verb == VERB_LIST) {
        this->reason = g_strdup("list");
        report_list(&this->peer, this->cancel, reported, connection_ref(this));
        return;
    }
    this->cached = cache_conf(this->request.name, &this->conf_error);
    if (this->cached) {
        decide(&this->request, &this->peer, this->cached->conf, this->cancel, decided, connection_ref(this));
    } else if (this->peer.uid == 0) { /* may enter, and stop, what is up without a file: netns-nat@NAME */
        this->reason = g_strdup("root");
        allowed(this);
    } else {
        outcome_deny(this, this->conf_error->message);
    }
}
