/* attach.h - one planned link made, addressed, up: what all kinds have in common. */
#pragma once

#include "plan.h"

#include <jansson.h>

/* @refresh: see forwarding_need. Takes the host's lock for what the namespaces share. */
bool attach_link(const Plan *plan, LinkPlan *link, bool refresh, GError **error);

/* For a namespace that is up, with the detail of its record: the host's side (firewall table, forwarding, the
 * ways out) put right again. */
bool attach_refresh(const Conf *conf, const json_t *detail, Nl *host, GError **error);
