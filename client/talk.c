/* talk.c - one question to the broker and its answer.
 *
 * The socket's path is compiled in and the peer must be root: a capability-bearing client that let its caller
 * choose whom to believe would take namespaces from anybody. */
#include "talk.h"

#include "agent.h"
#include "paths.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* The broker's own limits (120 s for a password, a unit's start timeout) end first; this is for a broker that
 * hangs. */
#define TURN_WAIT_US 300000 /* between two looks whether the other's dialog is over */
#define TURN_TRIES 400      /* the broker ends a dialog after 120 s */
#define ANSWER_SECONDS 300

_Static_assert(sizeof SOCKET_PATH <= sizeof((struct sockaddr_un *)0)->sun_path,
               "the socket's path is too long");

/* As sd_booted(3) finds out. */
static const char *absent_advice(void)
{
    return access("/run/systemd/system", F_OK) == 0 ? " (is netns-broker.socket started?)"
                                                    : " (the broker does not run; without systemd, root "
                                                      "starts it by: netns-broker serve --listen " SOCKET_PATH
                                                      ")";
}

static int connect_failed(int sock, char why[TALK_ROOM])
{
    int cause = errno;
    bool absent = cause == ENOENT || cause == ECONNREFUSED;
    snprintf(why, TALK_ROOM, "cannot reach the broker at " SOCKET_PATH ": %s%s", strerrordesc_np(cause),
             absent            ? absent_advice()
             : cause == EMFILE ? " (the limit of open files, ulimit -n, leaves none)"
                               : "");
    if (sock >= 0)
        close(sock);
    return -1;
}

/* An uid that has no name in our user namespace shows as 65534: also "no". */
static bool peer_is_root(int sock, char why[TALK_ROOM])
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && size == sizeof peer && peer.uid == 0)
        return true;
    snprintf(why, TALK_ROOM,
             "whoever listens at " SOCKET_PATH
             " is not root but uid %u (in a user namespace of your own, root looks like "
             "65534)",
             peer.uid);
    return false;
}

static int broker_connect(char why[TALK_ROOM])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_PATH};
    struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), failed;
    if (sock < 0)
        return connect_failed(sock, why);
    (void)setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    do
        failed = connect(sock, (struct sockaddr *)&address, sizeof address);
    while (failed && errno == EINTR);
    if (failed)
        return connect_failed(sock, why);
    if (peer_is_root(sock, why))
        return sock;
    close(sock);
    return -1;
}

static bool exchange(int sock, const Question *question, bool interactive, Wire *ret, char why[TALK_ROOM])
{
    Wire request;
    wire_init(&request);
    wire_put(&request, "VERB", question->verb);
    if (question->name)
        wire_put(&request, "NAMESPACE", question->name);
    wire_put(&request, "INTERACTIVE", interactive ? "yes" : "no");
    if (wire_send(sock, &request, NULL, 0) < 0) {
        snprintf(why, TALK_ROOM, "cannot send the request to the broker: %s",
                 errno == EMSGSIZE ? "that is no name of a namespace" : strerrordesc_np(errno));
        return false;
    }
    if (wire_receive(sock, ret) == 0)
        return true;
    snprintf(why, TALK_ROOM, "no answer from the broker: %s",
             errno == EPIPE || errno == ECONNRESET
                 ? "it closed the connection (see journalctl -u netns-broker)"
             : errno == EBADMSG ? "what came is no valid packet"
             : errno == EAGAIN  ? "it did not answer within five minutes"
                                : strerrordesc_np(errno));
    return false;
}

void talk_clean(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
        else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
            c[0] = c[1] = '?';
    }
}

static bool refused(Wire *reply, char why[TALK_ROOM])
{
    const char *error = wire_get(reply, "ERROR"), *message = wire_get(reply, "MESSAGE");
    if (message && *message)
        snprintf(why, TALK_ROOM, "%s", message);
    else
        snprintf(why, TALK_ROOM, "the broker says no (%s)", error ? error : "no reason given");
    talk_clean(why);
    wire_done(reply);
    wire_init(reply);
    return false;
}

static bool ask(const Question *question, bool interactive, Wire *ret, char why[TALK_ROOM])
{
    int sock = broker_connect(why);
    if (sock < 0)
        return false;
    bool answered = exchange(sock, question, interactive, ret, why);
    close(sock);
    return answered;
}

static bool is(const Wire *reply, const char *key, const char *value)
{
    const char *found = wire_get(reply, key);
    return found && strcmp(found, value) == 0;
}

/* Another program of the same user, in the same pipeline perhaps, may be asking just now: its turn first. */
static bool ask_in_turn(const Question *question, Wire *ret, char why[TALK_ROOM])
{
    bool answered = ask(question, true, ret, why);
    for (int tries = 0; answered && is(ret, "ERROR", "busy") && tries < TURN_TRIES; tries++) {
        wire_done(ret);
        usleep(TURN_WAIT_US);
        answered = ask(question, true, ret, why);
    }
    return answered;
}

/* A desktop's dialog goes before ours. But polkit (122, 126) looks at no fallback agent where the caller has
 * no logind session, so where nobody was found to ask, ours is offered once more as the only one. */
static bool ask_with_password(const Question *question, Wire *ret, char why[TALK_ROOM])
{
    pid_t agent = agent_start(true);
    bool answered = ask_in_turn(question, ret, why);
    agent_stop(agent);
    if (!answered || agent == 0 || !is(ret, "ERROR", "authenticate"))
        return answered;
    wire_done(ret);
    agent = agent_start(false);
    answered = ask_in_turn(question, ret, why);
    agent_stop(agent);
    return answered;
}

bool talk(const Question *question, Wire *ret, char why[TALK_ROOM])
{
    wire_init(ret);
    if (!ask(question, false, ret, why))
        return false;
    if (is(ret, "ERROR", "authenticate")) {
        wire_done(ret);
        if (!question->ask_password) {
            wire_init(ret);
            snprintf(why, TALK_ROOM, "this takes a password, and --no-ask-password forbids asking for it");
            return false;
        }
        if (!ask_with_password(question, ret, why))
            return false;
    }
    if (is(ret, "RESULT", "ok") && !wire_get(ret, "ERROR"))
        return true;
    return refused(ret, why);
}
