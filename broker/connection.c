/* connection.c - one stranger's connection: read one request, have it served, close.
 *
 * Everything that can wait (NSS, polkit, systemd) ends in a callback that holds a reference; a caller that
 * hangs up, or takes too long, closes the connection under them, and they find it closed. */
#include "connection.h"

#include "connection-state.h"
#include "errand.h"
#include "outcome.h"
#include "quota.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SECONDS 10
#define HANGUP_SECONDS 1
/* For those who are told no before they asked. */
#define LINGER_SECONDS 1
#define LINGERING_MOST 64

static unsigned open_connections, lingering;
static void (*tell_closed)(void);

void connection_unref(Connection *this)
{
    if (--this->references > 0)
        return;
    /* Not at the hang-up: what was begun for it still takes threads, descriptors and polkit's time */
    if (this->counted)
        quota_give(this->peer.account, QUOTA_CONNECTION);
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

Connection *connection_ref(Connection *this)
{
    this->references++;
    return this;
}

void connection_close(Connection *this)
{
    if (this->sock < 0)
        return;
    g_clear_handle_id(&this->watch, g_source_remove);
    g_clear_handle_id(&this->limit, g_source_remove);
    close(this->sock);
    this->sock = -1;
    g_cancellable_cancel(this->cancel);
    connection_unref(this);
}

/* 0: read and understood; -1: not yet, or closed. */
static int request_read(Connection *this)
{
    g_autoptr(GError) error = NULL;
    Wire packet;
    if (wire_receive(this->sock, &packet) < 0) {
        if (errno == EAGAIN)
            return -1;
        if (errno == EBADMSG)
            outcome_refuse(this, "invalid", "the request is malformed");
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
        outcome_deny(this, "the packet was sent by another process than connected");
    else
        outcome_refuse(this, "invalid", error->message);
    return -1;
}

static gboolean readable(int fd, GIOCondition condition, gpointer user);

/* What lies in the caller's queue stays there, whatever becomes of our end: it counts until he has read it or
 * is gone. One who goes is heard of a moment before the kernel empties his queue (net/unix/af_unix.c,
 * unix_release_sock()), and shutdown(2) looks the same: then time tells. */
static void wait_until_read(Connection *this, GIOCondition condition)
{
    if (condition & (G_IO_HUP | G_IO_ERR))
        outcome_limit(this, HANGUP_SECONDS);
    else
        this->watch = g_unix_fd_add(this->sock, G_IO_HUP | G_IO_ERR, readable, this);
}

static gboolean readable(int fd, GIOCondition condition, gpointer user)
{
    g_autoptr(Connection) this = connection_ref(user);
    if (!this->asked) {
        if (request_read(this) == 0)
            this->turned_away ? outcome_turn_away(this) : errand_begin(this);
        return this->sock >= 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
    }
    /* a second packet, or the end: either way nobody waits for an answer any more */
    this->watch = 0;
    if (this->answered && outcome_is_unread(this))
        wait_until_read(this, condition);
    else
        outcome_cancel(this);
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
        outcome_limit(this, seconds);
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
        outcome_turn_away(this);
    else if (request_read(this) == 0)
        outcome_turn_away(this);
    else
        wait_for_request(this, LINGER_SECONDS);
}

/* Whoever fills us does not keep root from looking. */
#define ROOT_BEYOND 16

void connection_open(int sock, unsigned most)
{
    g_autoptr(GError) error = NULL;
    unsigned before = open_connections - lingering;
    bool full;
    g_autoptr(Connection) this = connection_ref(connection_new(sock));
    if (!peer_identify(sock, &this->peer, &error)) {
        linger(this, "denied", error->message);
        return;
    }
    full = before >= most + (this->peer.uid == 0 ? ROOT_BEYOND : 0);
    this->counted = !full && quota_take(this->peer.account, QUOTA_CONNECTION);
    if (!this->counted) {
        linger(this, "busy", full ? "too many requests at a time" : "too many requests of yours at a time");
        return;
    }
    if (request_read(this) == 0)
        errand_begin(this);
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
