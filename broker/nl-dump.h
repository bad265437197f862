/* nl-dump.h - a list from a part of the kernel that is not routing: sockets, connections. */
#pragma once

#include "nl.h"

/* Sends @request on the netlink family @bus (NETLINK_…), with NLM_F_DUMP set, and calls @each for each
 * answer; its false stops the list. What comes and goes meanwhile may be missing. 0 or an errno: also when
 * this kernel has nothing there. */
int nl_dump_of(int bus, struct nlmsghdr *request, NlEach each, void *user);

/* Sends @request and waits for its acknowledgement. 0 or an errno. */
int nl_order_to(int bus, struct nlmsghdr *request);
