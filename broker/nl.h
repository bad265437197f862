/* nl.h - rtnetlink: what is asked of the kernel's routing socket (the watch listens to its news itself). */
#pragma once

#include <glib.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

/* A rtnetlink socket. It stays in the network namespace in which it was opened. */
typedef struct Nl Nl;

Nl *nl_open(GError **error);              /* in the current namespace */
Nl *nl_open_at(int nsfd, GError **error); /* in @nsfd's; the caller's namespace is the same afterwards */
/* Of another family of netlink's (NETLINK_GENERIC …): see nl-generic.h. */
Nl *nl_open_bus_at(int bus, int nsfd, GError **error);
void nl_free(Nl *nl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Nl, nl_free)

/* The socket, for an ioctl; borrowed. */
int nl_fd(const Nl *nl);

/* Queue a request. Attributes have 60 KiB of room; what a file can make longer is to be bounded by its kind's
 * check. @what becomes the front of the error, taken over ("lab.netns:3: [Link wan] Parent=eth9"). The
 * header's payload (@size bytes at @payload: ifinfomsg, ifaddrmsg, rtmsg …) is copied; attributes are added
 * with mnl_attr_put*. The message is closed by the next nl_add or by nl_run. */
struct nlmsghdr *nl_add(Nl *nl, char *what, uint16_t type, uint16_t flags, const void *payload, size_t size);

/* Like nl_add, but failures with this errno are no error (EEXIST for "is there already", ENODEV for "is gone
 * already"). */
void nl_tolerate(Nl *nl, int errnum);

/* Send all that is queued, wait for every acknowledgement. On the first failure: "WHAT: kernel's extended-ack
 * words or strerror". Errors are of domain NL_ERROR, with errno as code. The queue is empty afterwards. */
bool nl_run(Nl *nl, GError **error);

#define NL_ERROR nl_error_quark()
GQuark nl_error_quark(void);

typedef bool (*NlEach)(const struct nlmsghdr *message, void *user);

/* One answer, no dump (RTM_GETLINK by name, RTM_GETROUTE …): request as built by nl_add as the only queued
 * message. Calls @each with the answer. */
bool nl_get(Nl *nl, NlEach each, void *user, GError **error);

/* A dump: @type RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETRULE …; @family AF_UNSPEC for all. Restarted
 * on NLM_F_DUMP_INTR. Of a family that the kernel does not have (ipv6.disable=1) there is nothing. Not on the
 * way of a plain `up`: it grows with the host. */
bool nl_dump(Nl *nl, uint16_t type, uint8_t family, NlEach each, void *user, GError **error);

/* A dump by the only queued message, once: it may be inconsistent where the kernel's tables change meanwhile.
 */
bool nl_dump_queued(Nl *nl, NlEach each, void *user, GError **error);

/* As nl_dump, for the routes of one routing table: the kernel leaves the others out (strict checking,
 * Linux 4.20).
 */
bool nl_dump_table(Nl *nl, uint8_t family, uint32_t table, NlEach each, void *user, GError **error);

/* IFLA_GROUP of the interface, NL_NO_GROUP when there is none. */
#define NL_NO_GROUP UINT32_MAX
uint32_t nl_ifgroup(Nl *nl, const char *name);

/* The kernel takes note of a carrier up to a second late (net/core/link_watch.c): until then a bridge does
 * not forward to its new port, and ip(8) shows a link that works as DOWN. Asking for the link makes it look
 * now. */
void nl_settle(Nl *nl, const char *name);

/* Index of the interface, 0 when there is none. */
unsigned nl_ifindex(Nl *nl, const char *name);

/* Has somebody set it up (IFF_UP)? Whether it has a carrier is another matter. False when there is none. */
bool nl_is_set_up(Nl *nl, const char *name);

/* Is it up, and has somebody at the other end (IFF_RUNNING)? */
bool nl_has_carrier(Nl *nl, const char *name);
