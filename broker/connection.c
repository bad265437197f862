/* connection.c - one stranger's connection: read one request, decide, make sure the namespace is up, answer,
 * close.
 *
 * Everything that can wait (NSS, polkit, systemd) ends in a callback that holds a reference; a caller that
 * hangs up, or takes too long, closes the connection under them, and they find it closed. */
#include "connection.h"

#include "activate.h"
#include "answer.h"
#include "audit.h"
#include "cache.h"
#include "cover.h"
#include "decide.h"
#include "peer.h"
#include "quota.h"
#include "report.h"
#include "request.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SECONDS 10
/* For the dialog, and again for the start of the namespace. */
#define ANSWER_SECONDS 120

/* For those who are told no before they asked. */
#define LINGER_SECONDS 1
#define LINGERING_MOST 64

typedef struct Connection {
    unsigned references;
    int sock; /* -1: closed */
    Peer peer;
    bool counted;            /* against the uid's quota */
    bool asked;              /* the request has been read */
    bool tried;              /* the namespace has been started once */
    bool builds;             /* for this request alone, and counted against the uid's quota */
    const char *turned_away; /* ERROR= it will get whatever it asks; NULL: none */
    GError *conf_error;      /* root only: why there is no configuration */
    Request request;
    Cached *cached; /* NULL: root, and no configuration that could be read */
    char *reason;   /* why it is allowed */
    GCancellable *cancel;
    guint watch, limit; /* GSources */
} Connection;

static unsigned open_connections, lingering;
static void (*tell_closed)(void);

static void unref(Connection *this)
{
    if (--this->references > 0)
        return;
    /* Not at the hang-up: what was begun for it still takes threads, descriptors and polkit's time */
    if (this->counted)
        quota_give(this->peer.uid, QUOTA_CONNECTION);
    if (this->turned_away)
        lingering--;
    open_connections--;
    if (tell_closed)
        tell_closed();
    peer_done(&this->peer);
    cached_drop(this->cached);
    g_free(this->reason);
    g_clear_error(&this->conf_error);
    g_object_unref(this->cancel);
    g_free(this);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, unref)

static Connection *ref(Connection *this)
{
    this->references++;
    return this;
}

/* Whatever is under way finds sock -1. */
static void connection_close(Connection *this)
{
    if (this->sock < 0)
        return;
    g_clear_handle_id(&this->watch, g_source_remove);
    g_clear_handle_id(&this->limit, g_source_remove);
    close(this->sock);
    this->sock = -1;
    g_cancellable_cancel(this->cancel);
    unref(this);
}

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

/* Each of these ends the connection. */
static void deny(Connection *this, const char *reason)
{
    if (may_answer(this))
        answer_denied(this->sock);
    audit_outcome(this, "denied", reason);
    connection_close(this);
}

static void refuse(Connection *this, const char *error, const char *message)
{
    if (may_answer(this))
        answer_error(this->sock, error, message);
    audit_outcome(this, error, message);
    connection_close(this);
}

/* @why is for the admin. */
static void fail(Connection *this, const char *why)
{
    if (may_answer(this))
        answer_failed(this->sock, &this->peer, &this->request, why);
    audit_outcome(this, "failed", why);
    connection_close(this);
}

static void succeed(Connection *this, const char *names, const int *fds, size_t n_fds)
{
    bool alive = may_answer(this);
    if (alive)
        answer_ok(this->sock, names, fds, n_fds);
    if (this->request.verb != VERB_LIST && this->request.verb != VERB_STATUS)
        audit_outcome(this, alive ? "allowed" : "cancelled", alive ? this->reason : "the caller is gone");
    connection_close(this);
}

/* Those who are told no whatever they ask. */
static void turn_away(Connection *this)
{
    if (strcmp(this->turned_away, "denied") == 0)
        deny(this, this->reason);
    else
        refuse(this, this->turned_away, this->reason);
}

static gboolean overdue(gpointer user)
{
    Connection *this = user;
    this->limit = 0;
    if (this->turned_away)
        turn_away(this);
    else if (!this->asked)
        refuse(this, "invalid", "no request came in time");
    else if (!this->reason)
        deny(this, "no decision in time");
    else
        fail(this, "it took too long");
    return G_SOURCE_REMOVE;
}

static void limit_set(Connection *this, guint seconds)
{
    g_clear_handle_id(&this->limit, g_source_remove);
    this->limit = g_timeout_add_seconds(seconds, overdue, this);
}

/* ---- enter, start, stop ---- */

static void enter(Connection *this);

static void activated(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(Connection) this = user;
    g_autoptr(GError) error = NULL;
    bool fine = activate_finish(result, &error);
    if (this->builds)
        quota_give(this->peer.uid, QUOTA_BUILD);
    if (this->sock < 0)
        return;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
        refuse(this, "busy", error->message);
    else if (!fine)
        fail(this, error->message);
    else if (this->request.verb == VERB_ENTER)
        enter(this);
    else
        succeed(this, NULL, NULL, 0);
}

static void bring(Connection *this, Activation what)
{
    if (this->conf_error &&
        what != ACTIVATION_STOP) { /* the worker would say the same, but not to the caller */
        fail(this, this->conf_error->message);
        return;
    }
    this->builds = !activate_under_way(this->request.name);
    if (this->builds && !quota_take(this->peer.uid, QUOTA_BUILD)) {
        refuse(this, "busy", "you have too many namespaces being started already");
        return;
    }
    this->tried = true;
    limit_set(this, ANSWER_SECONDS);
    activate(this->request.name, what, NULL, activated, ref(this));
}

static void enter_at(Connection *this, int nsfd)
{
    g_autoptr(GError) error = NULL;
    Cover cover;
    Tristate sysfs = this->cached ? this->cached->conf->ns.sysfs : TRISTATE_UNSET;
    if (cover_make(this->request.name, nsfd, sysfs, &cover, &error))
        succeed(this, cover.names->str, cover.fds, cover.n_fds);
    else
        fail(this, error->message);
    cover_done(&cover);
}

static void enter(Connection *this)
{
    g_autoptr(GError) error = NULL;
    int nsfd = activate_ready(this->request.name, &error);
    if (nsfd >= 0)
        enter_at(this, nsfd);
    else if (error || this->tried)
        fail(this, error ? error->message : "it is gone again");
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
        succeed(this, "json", &fd, 1);
    else if (this->sock >= 0)
        fail(this, error->message);
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
    case VERB_STATUS:
        report_status(this->request.name, reported, ref(this));
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
        refuse(this, "authenticate", "this takes authentication, and there is nobody to ask for it");
    } else if (decision == DECISION_FAILED_TO_AUTHENTICATE) {
        refuse(this, "denied", "polkit did not authorize it: a wrong password, or a rule says no");
    } else if (decision == DECISION_BUSY) {
        refuse(this, "busy", "another question to you is open: answer that first");
    } else {
        deny(this, reason);
    }
}

static void begin(Connection *this)
{
    limit_set(this, ANSWER_SECONDS);
    if (this->request.verb == VERB_LIST) {
        this->reason = g_strdup("list");
        report_list(&this->peer, this->cancel, reported, ref(this));
        return;
    }
    this->cached = cache_conf(this->request.name, &this->conf_error);
    if (this->cached) {
        decide(&this->request, &this->peer, this->cached->conf, this->cancel, decided, ref(this));
    } else if (this->peer.uid == 0) { /* may enter, and stop, what is up without a file: netns-nat@NAME */
        this->reason = g_strdup("root");
        allowed(this);
    } else {
        deny(this, this->conf_error->message);
    }
}

/* ---- reading ---- */

/* 0: read and understood; -1: not yet, or closed. */
static int request_read(Connection *this)
{
    g_autoptr(GError) error = NULL;
    Wire packet;
    if (wire_receive(this->sock, &packet) < 0) {
        if (errno == EAGAIN)
            return -1;
        if (errno == EBADMSG)
            refuse(this, "invalid", "the request is malformed");
        else
            connection_close(this);
        return -1;
    }
    bool fine = request_parse(&packet, &this->request, &error);
    bool same = peer_sent(&this->peer, &packet);
    wire_done(&packet);
    this->asked = fine;
    if (this->turned_away || (fine && same))
        return 0;
    if (!same)
        deny(this, "the packet was sent by another process than connected");
    else
        refuse(this, "invalid", error->message);
    return -1;
}

static gboolean readable(int fd, GIOCondition condition, gpointer user)
{
    g_autoptr(Connection) this = ref(user);
    if (!this->asked) {
        if (request_read(this) == 0)
            this->turned_away ? turn_away(this) : begin(this);
        return this->sock >= 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
    }
    /* a second packet, or the end: either way nobody waits for an answer any more */
    this->watch = 0;
    audit_outcome(this, "cancelled", "the caller hung up");
    connection_close(this);
    return G_SOURCE_REMOVE;
}

static Connection *connection_new(int sock)
{
    Connection *this = g_new0(Connection, 1);
    this->references = 1;
    this->sock = sock;
    this->peer = PEER_NONE;
    this->cancel = g_cancellable_new();
    open_connections++;
    return this;
}

static void wait_for_request(Connection *this, guint seconds)
{
    if (this->sock < 0)
        return;
    this->watch = g_unix_fd_add(this->sock, G_IO_IN | G_IO_HUP | G_IO_ERR, readable, this);
    if (!this->asked)
        limit_set(this, seconds);
}

/* Says no, but only once the request is there: a socket closed with something unread in it, or before the
 * caller has written, answers with ECONNRESET or EPIPE instead of our words. A few callers get that second;
 * the others are a flood. */
static void linger(Connection *this, const char *error, const char *reason)
{
    this->turned_away = error;
    this->reason = g_strdup(reason);
    lingering++;
    if (lingering > LINGERING_MOST)
        turn_away(this);
    else if (request_read(this) == 0)
        turn_away(this);
    else
        wait_for_request(this, LINGER_SECONDS);
}

void connection_open(int sock, bool full)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) this = ref(connection_new(sock));
    if (!peer_identify(sock, &this->peer, &error)) {
        linger(this, "denied", error->message);
        return;
    }
    this->counted = !full && quota_take(this->peer.uid, QUOTA_CONNECTION);
    if (!this->counted) {
        linger(this, "busy", full ? "too many requests at a time" : "too many requests of yours at a time");
        return;
    }
    if (request_read(this) == 0)
        begin(this);
    wait_for_request(this, REQUEST_SECONDS);
}

unsigned connection_count(void)
{
    return open_connections;
}

void connection_on_close(void (*closed)(void))
{
    tell_closed = closed;
}
