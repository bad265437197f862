/* keeper.h - libexec/netns-broker/keep SUFFIX PROGRAM ARGV…: stays beside the DHCP client of a link, and
 * starts it again when it has ended. `up` starts it where the client is to be, inside and in the unit's
 * control group, and with the client's environment; `down` ends it first. */
#pragma once

#include <stdbool.h>

/* Is this the name that we were called by? */
bool keeper_is_called(const char *argv0);
int keeper_main(int argc, char **argv);
