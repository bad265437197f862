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

/* Looks up parents, peers and what is to be taken; nothing is changed. Errors: "lab.netns:4: [Link wan]
 * Parent=eth9: no such interface in the host". */
Plan *plan_new(const Conf *conf, int nsfd, Nl *host, GError **error);
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* Looks for a parent that is a link of this namespace, once that is made. */
bool plan_parent_inside(LinkPlan *plan, Nl *inside, GError **error);

/* "": the link is not moved. At least IFNAMSIZ. */
void plan_transit_name(const Conf *conf, const LinkConf *link, char *ret);

/* The names a link will have, without looking at the host: for the record that is written ahead. Both at
 * least IFNAMSIZ; host_name is "" when no end stays in the host. */
void plan_link_names(const Conf *conf, const LinkConf *link, char *ret_name, char *ret_host_name);

/* Is there a link that is taken? */
bool plan_takes(const Plan *plan);

/* A link as its file says, with nothing looked up. */
LinkPlan *plan_link_new(const Conf *conf, const LinkConf *link, int nsfd);
void plan_link_free(LinkPlan *link);

/* Default routes by the link, of these families, instead of its Prefixes=. */
void plan_route_everything(LinkPlan *link, Families families);

/* NULL when there is none of this label. */
LinkPlan *plan_find(const Plan *plan, const char *label);
