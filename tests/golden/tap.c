/* tap.c - LD_PRELOAD: every netlink request a program sends goes, as it is, to the file $NETLINK_TAP too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int tap_open(int fd)
{
    int domain = 0;
    socklen_t size = sizeof domain;
    const char *path = getenv("NETLINK_TAP");
    if (!path || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 || domain != AF_NETLINK)
        return -1;
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    ssize_t (*real)(int, const struct msghdr *, int) = dlsym(RTLD_NEXT, "sendmsg");
    int tap = tap_open(fd);
    if (tap >= 0) {
        if (writev(tap, message->msg_iov, (int)message->msg_iovlen) < 0)
            abort();
        close(tap);
    }
    return real(fd, message, flags);
}
