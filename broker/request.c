/* request.c - what a stranger asks for.
 *
 * Pure text: no system call is made here, so that tests/fuzz can throw anything at it. */
#include "request.h"

#include "conf.h"

#include <string.h>

static const char *const verbs[] = {
    [VERB_ENTER] = "enter", [VERB_LIST] = "list", [VERB_STATUS] = "status",
    [VERB_START] = "start", [VERB_STOP] = "stop", [VERB_RESTART] = "restart",
};

G_DEFINE_QUARK(netns - broker - request - error, request_error)

static bool refuse(GError **error, const char *why)
{
    g_set_error_literal(error, REQUEST_ERROR, 0, why);
    return false;
}

static bool verb_parse(const char *text, Verb *ret)
{
    for (size_t i = 0; text && i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(text, verbs[i]) == 0) {
            *ret = (Verb)i;
            return true;
        }
    return false;
}

static bool interactive_parse(const char *text, bool *ret)
{
    *ret = text && strcmp(text, "yes") == 0;
    return !text || *ret || strcmp(text, "no") == 0;
}

static bool name_parse(const char *text, Request *request, GError **error)
{
    if (request->verb == VERB_LIST)
        return true;
    if (!text)
        return refuse(error, "NAMESPACE= is missing");
    if (!conf_name_valid(text, error))
        return false;
    return g_strlcpy(request->name, text, sizeof request->name) < sizeof request->name ||
           refuse(error, "the name of the namespace is too long");
}

bool request_parse(const Wire *packet, Request *ret, GError **error)
{
    if (packet->n_fds > 0)
        return refuse(error, "a request carries no file descriptors");
    Request request = {0};
    if (!verb_parse(wire_get(packet, "VERB"), &request.verb))
        return refuse(error, "VERB= must be enter, list, status, start, stop or restart");
    if (!interactive_parse(wire_get(packet, "INTERACTIVE"), &request.interactive))
        return refuse(error, "INTERACTIVE= must be yes or no");
    if (!name_parse(wire_get(packet, "NAMESPACE"), &request, error))
        return false;
    *ret = request;
    return true;
}

const char *request_verb(const Request *request)
{
    return verbs[request->verb];
}
