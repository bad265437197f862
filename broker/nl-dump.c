/* nl-dump.c - see nl-dump.h. */
#include "nl-dump.h"

#include <errno.h>

#define ROOM (32 * 1024) /* what the kernel fills at once, at most (netlink_recvmsg, max_recvmsg_len) */

typedef struct Mnl {
    struct mnl_socket *socket;
} Mnl;

static void mnl_done(Mnl *mnl)
{
    if (mnl->socket)
        mnl_socket_close(mnl->socket);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mnl, mnl_done)

typedef struct Listing {
    NlEach each;
    void *user;
} Listing;

static int one(const struct nlmsghdr *message, void *user)
{
    const Listing *listing = user;

    return listing->each(message, listing->user) ? MNL_CB_OK : MNL_CB_STOP;
}

static int ask(int bus, struct nlmsghdr *request, uint16_t flags, Listing *listing)
{
    g_auto(Mnl) mnl = {mnl_socket_open2(bus, SOCK_CLOEXEC)};
    g_autofree char *room = g_malloc(ROOM);
    int state = MNL_CB_OK;

    request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    request->nlmsg_seq = 1;
    if (!mnl.socket || mnl_socket_bind(mnl.socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
        mnl_socket_sendto(mnl.socket, request, request->nlmsg_len) < 0)
        return errno;
    while (state == MNL_CB_OK) {
        ssize_t length = mnl_socket_recvfrom(mnl.socket, room, ROOM);
        if (length < 0)
            return errno;
        state = mnl_cb_run(room, (size_t)length, 1, mnl_socket_get_portid(mnl.socket), one, listing);
    }
    return state == MNL_CB_ERROR ? errno : 0;
}

int nl_dump_of(int bus, struct nlmsghdr *request, NlEach each, void *user)
{
    Listing listing = {each, user};

    return ask(bus, request, NLM_F_DUMP, &listing);
}

int nl_order_to(int bus, struct nlmsghdr *request)
{
    Listing nothing = {0};

    return ask(bus, request, NLM_F_ACK, &nothing);
}
