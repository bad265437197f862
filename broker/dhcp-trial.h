/* dhcp-trial.h - what a DHCP client has to say to its ClientFile=. */
#pragma once

#include "conf.h"

/* "dhclient: line 3: semicolon expected.", the first that the client of @link does not understand. NULL: it
 * understands all, has no such file, or cannot be asked (it is not installed, we are not root). The options
 * in a block of dhcpcd's for one interface it does not look at. *@ret_kept_out: it cannot read the file
 * outside of a namespace of ours. Owned by the caller. */
char *dhcp_trial(const LinkConf *link, bool *ret_kept_out);
