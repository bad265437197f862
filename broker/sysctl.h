/* sysctl.h - /proc/sys/net, of the network namespace that the calling thread is in. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* @path is below /proc/sys, with slashes: "net/ipv4/conf/eth0/forwarding". */
bool sysctl_write(const char *path, const char *value, GError **error);
/* Without the final newline, owned by the caller; NULL when it is not there or cannot be read. */
char *sysctl_read(const char *path);

/* A name as sysctl(8) takes it to a path: where the first separator is a dot, dots separate and slashes stand
 * for dots
 * ("net.ipv4.conf.eth0/100.forwarding"). Owned by the caller. */
char *sysctl_path(const char *name);
