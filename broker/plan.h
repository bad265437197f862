/* plan.h - what `up` is going to make: a Conf with the host's facts filled in. */
#pragma once

#include "link.h"
#include "nl.h"

typedef struct Plan {
    const Conf *conf; /* borrowed */
    int nsfd;         /* borrowed */
    Nl *host;         /* borrowed: the host's netlink socket */
    Nl *inside;       /* the namespace's */
    GPtrArray *links; /* LinkPlan* */
} Plan;

/* Looks up parents and peers; nothing is changed. Errors: "lab.netns:4: [Link wan] Parent=eth9: no such
 * interface in the host". */
Plan *plan_new(const Conf *conf, int nsfd, Nl *host, GError **error);
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* The names a link will have, without looking at the host: for the record that is written ahead. Both at
 * least IFNAMSIZ; host_name is "" when no end stays in the host. */
void plan_link_names(const Conf *conf, const LinkConf *link, char *ret_name, char *ret_host_name);

/* NULL when there is none of this label. */
LinkPlan *plan_find(const Plan *plan, const char *label);
