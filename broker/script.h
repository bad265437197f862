/* script.h - libexec/netns-broker/lease: what a DHCP client runs, for each thing that happens to its lease.
 */
#pragma once

#include <stdbool.h>

/* Is this the name that we were called by? */
bool script_is_called(const char *argv0);
int script_main(int argc, char **argv);
