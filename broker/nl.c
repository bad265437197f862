/* nl.c - rtnetlink over libmnl: requests are queued, sent as one batch and every answer is read.
 *
 * The kernel works through a batch in order and goes on after a failure (net/netlink/af_netlink.c,
 * netlink_rcv_skb), so whoever queues several requests must be ready to undo them all. */
#include "nl-socket.h"

#include "nsfs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Requests per sendmsg, and bytes, unless one alone has more: below IOV_MAX and the socket's default send
 * buffer (net.core.wmem_default, 212992). */
#define BATCH 64
#define BATCH_BYTES 100000

G_DEFINE_QUARK(netns_broker_nl_error, nl_error)

static void request_free(void *data)
{
    NlRequest *request = data;

    g_free(request->what);
    explicit_bzero(request->room, /* it may have had a key */
                   MIN(request->header.nlmsg_len, NL_REQUEST_ROOM));
    g_free(request);
}

/* strerrordesc_np: no locale, so no converter is loaded for an error that a caller expects and drops. */
void nl_fail(GError **error, int errnum, const char *what, const char *why)
{
    const char *known = strerrordesc_np(errnum); /* NULL for the kernel's own numbers, such as ENOTSUPP */

    if (!why)
        why = known ? known : "the kernel does not support it";
    if (what)
        g_set_error(error, NL_ERROR, errnum, "%s: %s", what, why);
    else
        g_set_error(error, NL_ERROR, errnum, "%s", why);
}

static Nl *open_bus(int bus, GError **error)
{
    struct mnl_socket *sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
    int on = 1;

    if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0) {
        nl_fail(error, errno, "cannot open a netlink socket", NULL);
        if (sock)
            mnl_socket_close(sock);
        return NULL;
    }
    /* Both are there since Linux 4.12; without them only the errno is lost, or an answer is longer. */
    (void)mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof on);
    (void)mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof on);
    (void)mnl_socket_setsockopt(sock, NETLINK_GET_STRICT_CHK, &on, sizeof on);

    Nl *nl = g_new0(Nl, 1);
    nl->socket = sock;
    nl->queue = g_ptr_array_new_with_free_func(request_free);
    nl->secret = bus == NETLINK_GENERIC;
    return nl;
}

Nl *nl_open(GError **error)
{
    return open_bus(NETLINK_ROUTE, error);
}

Nl *nl_open_at(int nsfd, GError **error)
{
    return nl_open_bus_at(NETLINK_ROUTE, nsfd, error);
}

Nl *nl_open_bus_at(int bus, int nsfd, GError **error)
{
    int home = nsfs_open_self(error);
    Nl *nl = NULL;

    if (home < 0)
        return NULL;
    if (nsfs_enter(nsfd, error)) {
        nl = open_bus(bus, error);
        nsfs_return(home);
    }
    close(home);
    return nl;
}

void nl_free(Nl *nl)
{
    if (!nl)
        return;
    mnl_socket_close(nl->socket);
    g_ptr_array_unref(nl->queue);
    if (nl->secret)
        explicit_bzero(nl->answer, sizeof nl->answer);
    g_free(nl);
}

int nl_fd(const Nl *nl)
{
    return mnl_socket_get_fd(nl->socket);
}

struct nlmsghdr *nl_add(Nl *nl, char *what, uint16_t type, uint16_t flags, const void *payload, size_t size)
{
    NlRequest *request = g_malloc(sizeof *request); /* its room need not be zeroed */
    struct nlmsghdr *header = mnl_nlmsg_put_header(request->room);

    g_assert(size <= NL_REQUEST_ROOM / 2);
    request->what = what;
    memset(request->tolerated, 0, sizeof request->tolerated);
    header->nlmsg_type = type;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
    header->nlmsg_seq = ++nl->sequence;
    memcpy(mnl_nlmsg_put_extra_header(header, size), payload, size);
    g_ptr_array_add(nl->queue, request);
    return header;
}

void nl_tolerate(Nl *nl, int errnum)
{
    NlRequest *request = nl->queue->pdata[nl->queue->len - 1];

    for (size_t i = 0; i < G_N_ELEMENTS(request->tolerated); i++)
        if (request->tolerated[i] == 0) {
            request->tolerated[i] = errnum;
            return;
        }
    g_assert_not_reached();
}

static bool tolerated(const NlRequest *request, int errnum)
{
    for (size_t i = 0; i < G_N_ELEMENTS(request->tolerated); i++)
        if (request->tolerated[i] == errnum)
            return true;
    return false;
}

bool nl_send(Nl *nl, guint first, guint count, GError **error)
{
    struct iovec parts[BATCH];
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct msghdr message = {
        .msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = parts, .msg_iovlen = count};

    for (guint i = 0; i < count; i++) {
        NlRequest *request = nl->queue->pdata[first + i];
        parts[i] = (struct iovec){request->room, request->header.nlmsg_len};
        g_assert(request->header.nlmsg_len <= NL_REQUEST_ROOM);
    }
    if (sendmsg(mnl_socket_get_fd(nl->socket), &message, 0) < 0) {
        nl_fail(error, errno, "cannot send to the kernel's netlink socket", NULL);
        return false;
    }
    return true;
}

/* mnl_socket_recvfrom checks that the sender is the kernel and that nothing was cut off (ENOSPC). */
ssize_t nl_receive(Nl *nl, GError **error)
{
    ssize_t length;

    do
        length = mnl_socket_recvfrom(nl->socket, nl->answer, sizeof nl->answer);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        nl_fail(error, errno, "cannot read the kernel's netlink answer", NULL);
    return length;
}

/* The kernel's own sentence in an extended acknowledgement (NLMSGERR_ATTR_MSG), or NULL. With NETLINK_CAP_ACK
 * the request's payload is left out of the answer, without (NLM_F_CAPPED not set) it stands before the
 * attributes. */
const char *nl_words(const struct nlmsghdr *header)
{
    const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);
    size_t skip = sizeof *answer;
    const struct nlattr *attr;

    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
        return NULL;
    if (!(header->nlmsg_flags & NLM_F_CAPPED))
        skip += mnl_nlmsg_get_payload_len(&answer->msg);
    if (mnl_nlmsg_get_payload_len(header) < skip)
        return NULL;
    mnl_attr_for_each(attr, header, skip) if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
                                              mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >=
                                                  0) return mnl_attr_get_str(attr);
    return NULL;
}

/* Takes one acknowledgement. Only the first failure is kept: those after it are mostly its consequences. */
static void take_acknowledgement(const NlRequest *request, const struct nlmsghdr *header,
                                 GError **first_error)
{
    const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);
    int errnum = -answer->error;

    if (errnum != 0 && !*first_error && !tolerated(request, errnum))
        nl_fail(first_error, errnum, request->what, nl_words(header));
}

static bool read_acknowledgements(Nl *nl, guint first, guint count, GError **first_error, GError **error)
{
    uint32_t base = ((NlRequest *)nl->queue->pdata[first])->header.nlmsg_seq;

    for (guint got = 0; got < count;) {
        ssize_t received = nl_receive(nl, error);
        if (received < 0)
            return false;
        int length = (int)received;
        for (const struct nlmsghdr *h = (void *)nl->answer; mnl_nlmsg_ok(h, length);
             h = mnl_nlmsg_next(h, &length)) {
            uint32_t at = h->nlmsg_seq - base;
            if (h->nlmsg_type != NLMSG_ERROR || at >= count ||
                mnl_nlmsg_get_payload_len(h) < sizeof(struct nlmsgerr))
                continue; /* an echo or a stray answer to an earlier request */
            take_acknowledgement(nl->queue->pdata[first + at], h, first_error);
            got++;
        }
    }
    return true;
}

static guint batch_of(const Nl *nl, guint first)
{
    guint count = 0;
    size_t bytes = 0;

    while (first + count < nl->queue->len && count < BATCH) {
        const NlRequest *request = nl->queue->pdata[first + count];
        bytes += request->header.nlmsg_len;
        if (count > 0 && bytes > BATCH_BYTES)
            break;
        count++;
    }
    return count;
}

bool nl_run(Nl *nl, GError **error)
{
    GError *first_error = NULL;
    bool talked = true;

    for (guint first = 0, count; talked && first < nl->queue->len && !first_error; first += count) {
        count = batch_of(nl, first);
        talked =
            nl_send(nl, first, count, error) && read_acknowledgements(nl, first, count, &first_error, error);
    }
    g_ptr_array_set_size(nl->queue, 0);
    if (!talked) {
        g_clear_error(&first_error);
        return false;
    }
    if (first_error) {
        g_propagate_error(error, first_error);
        return false;
    }
    return true;
}

bool nl_get(Nl *nl, NlEach each, void *user, GError **error)
{
    g_assert(nl->queue->len == 1);
    g_autoptr(GError) failure = NULL;
    NlRequest *request = nl->queue->pdata[0];
    bool done = false, fine = nl_send(nl, 0, 1, error);

    while (fine && !done) {
        ssize_t received = nl_receive(nl, error);
        int length = (int)received;
        fine = received >= 0;
        for (const struct nlmsghdr *h = (void *)nl->answer; fine && mnl_nlmsg_ok(h, length);
             h = mnl_nlmsg_next(h, &length)) {
            if (h->nlmsg_seq != request->header.nlmsg_seq)
                continue;
            if (h->nlmsg_type == NLMSG_ERROR) {
                take_acknowledgement(request, h, &failure);
                done = true;
            } else {
                fine = each(h, user);
            }
        }
    }
    g_ptr_array_set_size(nl->queue, 0);
    if (fine && failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    return fine;
}
