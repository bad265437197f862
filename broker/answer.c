/* answer.c - what a stranger is told.
 *
 * The socket's buffer is empty, since one packet is all that is ever sent: it goes at once or not at all. */
#include "answer.h"

#define DENIED_MESSAGE "not allowed, or there is no such namespace"

void answer_error(int sock, const char *error, const char *message)
{
    Wire wire;
    g_autofree char *line = g_strdelimit(g_strndup(message, WIRE_MAX / 2), "\n\r", ' ');
    wire_init(&wire);
    wire_put(&wire, "ERROR", error);
    wire_put(&wire, "MESSAGE", line);
    (void)wire_send(sock, &wire, NULL, 0);
}

void answer_denied(int sock)
{
    answer_error(sock, "denied", DENIED_MESSAGE);
}

static char *where_to_look(const Request *request, bool up)
{
    const char *name = request->name;
    if (up)
        return g_strdup_printf("namespace %s is up, but cannot be entered: see journalctl -u netns-broker",
                               name);
    if (request->verb == VERB_ENTER || request->verb == VERB_START)
        return g_strdup_printf(
            "namespace %s could not be started: see journalctl -u netns@%s -u netns-broker", name, name);
    if (request->verb == VERB_RESTART)
        return g_strdup_printf(
            "namespace %s could not be restarted: see journalctl -u netns@%s -u netns-broker", name, name);
    if (request->verb == VERB_STOP)
        return g_strdup_printf(
            "namespace %s could not be stopped: see journalctl -u netns@%s -u netns-broker", name, name);
    return g_strdup("this could not be found out: see journalctl -u netns-broker");
}

void answer_failed(int sock, const Peer *peer, const Request *request, bool up, const char *why)
{
    g_autofree char *message = peer->uid == 0 ? g_strdup(why) : where_to_look(request, up);
    answer_error(sock, "failed", message);
}

void answer_ok(int sock, const char *names, bool apart, const int *fds, size_t n_fds)
{
    Wire wire;
    wire_init(&wire);
    wire_put(&wire, "RESULT", "ok");
    if (names)
        wire_put(&wire, "FDS", names);
    if (apart)
        wire_put(&wire, "PROPAGATION", "private");
    (void)wire_send(sock, &wire, fds, n_fds);
}
