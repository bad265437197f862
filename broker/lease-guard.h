/* lease-guard.h - programs inside cannot pretend to be the DHCP server: clients tell a server by numbers that
 * can be guessed (dhclient's are made of its pid, its start and the MAC address), and hear what is sent in
 * their own namespace too. A table of our own, like dns-guard.h's. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The commands that put it in, in place of one that is there; static. */
const char *lease_guard_commands(void);

/* In the namespace @nsfd, before clients start, and again later; costs a look where it stands. Where nftables
 * cannot be asked (a kernel without nf_tables) that is no failure, and is said of the namespace @name; NULL:
 * it was. */
bool lease_guard_put(const char *name, int nsfd, GError **error);

/* Takes it out of a namespace that stays and has no DHCP any more. */
bool lease_guard_take_out(int nsfd, GError **error);
