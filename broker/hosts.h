/* hosts.h - the hosts file that a namespace's programs see: RUN_DIR/dns/NAME/hosts. */
#pragma once

#include "reach.h"

/* The host's own /etc/hosts, host.netns.internal for the host's ends where HostAccess= lets it, and
 * OTHER.netns.internal for those of NamespaceAccess= that are up. No file where there would be nothing of
 * this. One that is there is changed in place: programs that run inside have it mounted. */
bool hosts_write(Reach *reach, const char *name, GError **error);
