/* hooks.h - the admin's own programs around up and down. */
#pragma once

#include "conf.h"

/* Runs the hooks of @point in order, stops at the first that fails. Those of an INSIDE point run in @nsfd
 * (its network namespace only). Environment: NETNS (name), IFNAME (first link inside), HOST_IFNAME (its end
 * in the host), NETNS_TYPE, PATH, LANG=C; variables without a value are absent. @ifname, @host_ifname may be
 * NULL. */
bool hooks_run(const Conf *conf, HookPoint point, int nsfd, const char *ifname, const char *host_ifname,
               GError **error);
