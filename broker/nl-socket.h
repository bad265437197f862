/* nl-socket.h - what nl.c and nl-table.c have in common; nobody else looks into a Nl. */
#pragma once

#include "nl.h"

#include <sys/types.h>

/* Room for one request: an attribute's length has 16 bits (struct nlattr), so no nest can be longer. libmnl's
 * mnl_attr_put does not look where the room ends: whoever puts a list bounds it (nl.h). */
#define NL_REQUEST_ROOM 65536
/* A dump's answer: the kernel fills up to 32 KiB when the reader offers it (since 4.x:
 * max(nlk->max_recvmsg_len)). */
#define NL_ANSWER_ROOM 32768

typedef struct NlRequest {
    char *what;
    int tolerated[4];
    union {
        struct nlmsghdr header;
        char room[NL_REQUEST_ROOM];
    };
} NlRequest;

struct Nl {
    struct mnl_socket *socket;
    uint32_t sequence; /* of the last request */
    GPtrArray *queue;  /* NlRequest* */
    bool secret;       /* its answers may have keys: WireGuard's do */
    _Alignas(struct nlmsghdr) char answer[NL_ANSWER_ROOM];
};

/* Sets @error (code: @errnum) to "WHAT: WHY"; @why NULL: what the number stands for. */
void nl_fail(GError **error, int errnum, const char *what, const char *why);

/* Sends @count requests of the queue from @first on, as one batch. */
bool nl_send(Nl *nl, guint first, guint count, GError **error);

/* Reads one answer into nl->answer. Returns its length in bytes, or -1. */
ssize_t nl_receive(Nl *nl, GError **error);

/* The kernel's own sentence in @header's extended acknowledgement, or NULL. */
const char *nl_words(const struct nlmsghdr *header);
