/* decide.c - may they? One table:
 *
 *                    Authorize=both (default)   list            either
 *   root             allowed                    allowed         allowed
 *   enter, listed    polkit .enter              allowed         polkit .enter
 *   enter, unlisted  denied                     denied          polkit .enter-unlisted
 *   status           listed                     listed          listed
 *   start, stop,
 *   restart          listed and polkit .manage, whatever Authorize= says
 *
 * Everything that goes wrong on the way is a no. */
#include "decide.h"

#include "access.h"
#include "authority.h"
#include "names.h"
#include "quota.h"

typedef struct Case {
    const Request *request;
    const Peer *peer;
    const Conf *conf;
    const char *reason; /* literal */
    char *detail;       /* or this, owned */
    bool dialog;        /* one of the uid's dialogs is taken */
    bool listed;
} Case;

static void case_free(gpointer pointer)
{
    Case *this = pointer;
    g_free(this->detail);
    g_free(this);
}

static void settle(GTask *task, Decision decision, const char *reason)
{
    ((Case *)g_task_get_task_data(task))->reason = reason;
    g_task_return_int(task, decision);
}

static void settle_error(GTask *task, GError *error)
{
    Case *this = g_task_get_task_data(task);
    this->detail = g_strdup(error->message);
    g_error_free(error);
    g_task_return_int(task, DECISION_DENIED);
}

/* Now, not when the case is freed: the peer may be gone by then. */
static void dialog_end(Case *this)
{
    if (this->dialog)
        quota_give(this->peer->account, QUOTA_DIALOG);
    this->dialog = false;
}

static void polkit_answered(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    GError *error = NULL;
    Verdict verdict = authority_check_finish(result, &error);
    Case *this = g_task_get_task_data(task);
    dialog_end(this);
    if (error)
        settle_error(task, error);
    else if (verdict == VERDICT_GRANTED)
        settle(task, DECISION_ALLOWED, "polkit");
    else if (verdict == VERDICT_CHALLENGE)
        settle(task, DECISION_AUTHENTICATE, "polkit wants authentication");
    else if (this->request->interactive && this->listed)
        settle(task, DECISION_FAILED_TO_AUTHENTICATE, "polkit said no");
    else
        settle(task, DECISION_DENIED, "polkit said no");
}

static void polkit_ask(GTask *task, const char *action)
{
    Case *this = g_task_get_task_data(task);
    const char *name = names_user(this->peer->uid);
    g_autofree char *number = g_strdup_printf("%u", this->peer->uid);
    if (this->request->interactive) {
        this->dialog = quota_take(this->peer->account, QUOTA_DIALOG);
        if (!this->dialog) {
            settle(task, DECISION_BUSY, "a dialog of this user is open already");
            return;
        }
    }
    authority_check(action, this->peer, this->request->name, name ? name : number, this->request->interactive,
                    g_task_get_cancellable(task), polkit_answered, g_object_ref(task));
}

static void decide_enter(GTask *task, bool listed)
{
    const Case *this = g_task_get_task_data(task);
    Authorize authorize = this->conf->access.authorize;
    if (authorize == AUTHORIZE_EITHER)
        polkit_ask(task, listed ? ACTION_ENTER : ACTION_ENTER_UNLISTED);
    else if (!listed)
        settle(task, DECISION_DENIED, "not listed");
    else if (authorize == AUTHORIZE_LIST)
        settle(task, DECISION_ALLOWED, "listed");
    else
        polkit_ask(task, ACTION_ENTER);
}

static void decide_by_list(GTask *task)
{
    Case *this = g_task_get_task_data(task);
    bool listed = this->listed = access_listed(&this->conf->access, this->peer);
    if (this->request->verb == VERB_ENTER)
        decide_enter(task, listed);
    else if (!listed)
        settle(task, DECISION_DENIED, "not listed");
    else if (this->request->verb == VERB_STATUS)
        settle(task, DECISION_ALLOWED, "listed");
    else
        polkit_ask(task, ACTION_MANAGE);
}

static void names_prepared(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    GError *error = NULL;
    if (names_prepare_finish(result, &error))
        decide_by_list(task);
    else
        settle_error(task, error);
}

/* polkit's prompt wants the caller's name. */
static bool may_ask_polkit(const Case *this)
{
    return this->request->verb == VERB_START || this->request->verb == VERB_STOP ||
           this->request->verb == VERB_RESTART ||
           (this->request->verb == VERB_ENTER && this->conf->access.authorize != AUTHORIZE_LIST);
}

void decide(const Request *request, const Peer *peer, const Conf *conf, GCancellable *cancel,
            GAsyncReadyCallback done, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancel, done, user);
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    Case *this = g_new0(Case, 1);
    *this = (Case){.request = request, .peer = peer, .conf = conf};
    g_task_set_task_data(task, this, case_free);
    g_task_set_check_cancellable(task, FALSE);
    if (peer->uid == 0) {
        settle(task, DECISION_ALLOWED, "root");
        return;
    }
    access_names(&conf->access, peer, keys);
    if (may_ask_polkit(this))
        g_ptr_array_add(keys, g_strdup_printf("n%u", peer->uid));
    if (names_known(keys))
        decide_by_list(task);
    else
        names_prepare(keys, cancel, names_prepared, g_object_ref(task));
}

Decision decide_finish(GAsyncResult *result, char **ret_reason)
{
    const Case *this = g_task_get_task_data(G_TASK(result));
    *ret_reason = g_strdup(this->detail ? this->detail : this->reason);
    return (Decision)g_task_propagate_int(G_TASK(result), NULL);
}

bool decide_visible(const Peer *peer, const Conf *conf)
{
    return peer->uid == 0 || access_listed(&conf->access, peer);
}
