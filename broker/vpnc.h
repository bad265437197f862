/* vpnc.h - what vpnc-script(8), which OpenConnect and vpnc run, has put aside while it has other things in
 * its place. */
#pragma once

#include <glib.h>

/* "defaultroute": the host's default route as `ip route` shows it. "resolv.conf-backup": the host's
 * /etc/resolv.conf. The path, to be freed; NULL: nothing is put aside now. */
char *vpnc_file(const char *name);
