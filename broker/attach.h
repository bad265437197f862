/* attach.h - one planned link made, addressed, up: what all kinds have in common. */
#pragma once

#include "plan.h"

/* @refresh: see forwarding_need. Takes the host's lock for what the namespaces share. */
bool attach_link(const Plan *plan, LinkPlan *link, bool refresh, GError **error);

/* For a link that is up: the host's side (firewall table, forwarding) put right again. @host_name: NULL or ""
 * = no end there. */
bool attach_refresh(const Conf *conf, const LinkConf *link, const char *host_name, Nl *host, GError **error);
