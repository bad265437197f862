/* inside.h - what is set in a namespace beside its links. */
#pragma once

#include "plan.h"

#include <jansson.h>

/* lo up, forwarding, IPv6 on or off, [Namespace] Sysctl=. Values that this changes are noted in @old (path to
 * value before). */
bool inside_prepare(const Conf *conf, int nsfd, Nl *inside, json_t *old, GError **error);

/* Puts back what is in @old (may be NULL), for a namespace that stays. */
bool inside_restore(const json_t *old, int nsfd, GError **error);

/* A link's own Sysctl=, IPv6AcceptRA=, and what else says how it makes its addresses (slaac.h). */
bool inside_link_sysctls(const LinkPlan *link, GError **error);

/* A namespace is no router of the host's, nor of another namespace: advertisements and redirects by its end
 * there would take their own packets. */
void inside_distrust_end(const LinkPlan *link);

/* Writes the addresses and names of all links into the record's detail. */
void inside_describe(const Plan *plan, json_t *detail);
