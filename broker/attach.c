/* attach.c - see attach.h. */
#include "attach.h"

#include "device.h"
#include "forwarding.h"
#include "inside.h"
#include "lock.h"
#include "pool.h"
#include "route.h"

#include <unistd.h>

/* Only an end that stays in the host, on no bridge, has to do with the host's firewall and forwarding. */
static bool routed_by_host(const LinkConf *link)
{
    bool create;

    return link->kind->born_outside && !(link->kind->peer && link->kind->peer(link)) &&
           !(link->kind->bridge && link->kind->bridge(link, &create));
}

/* Closed first: the firewall stands before the link is made. */
static bool make_outer(const Plan *plan, LinkPlan *link, Nl *outer, bool again, GError **error)
{
    g_autofree char *mark = g_strconcat("netns-broker:", plan->conf->name, NULL);
    bool routed = routed_by_host(link->conf);
    Families families = plan->conf->nat.masquerade;

    if (link->conf->subnet_auto == TRISTATE_YES && !pool_fill(link, plan->conf, plan->host, error))
        return false;
    if (routed && !forwarding_need(plan->conf->name, families, again, plan->host, error))
        return false;
    if (!device_create(link, outer, error))
        return false;
    if (link->host_name[0]) {
        device_queue_mark(link, mark, outer);
        route_queue_host_addresses(link, outer);
        if (!nl_run(outer, error))
            return false;
    }
    return !routed || forwarding_set_end(link->host_name, families, error);
}

static bool attach_outer(const Plan *plan, LinkPlan *link, bool again, GError **error)
{
    g_autoptr(Nl) peer = link->outer_nsfd >= 0 ? nl_open_at(link->outer_nsfd, error) : NULL;
    int lock;
    bool fine;

    if (link->outer_nsfd >= 0 && !peer)
        return false;
    lock = lock_take(LOCK_HOST, error);
    if (lock < 0)
        return false;
    fine = make_outer(plan, link, peer ? peer : plan->host, again, error);
    close(lock);
    return fine;
}

bool attach_link(const Plan *plan, LinkPlan *link, bool again, GError **error)
{
    g_autofree char *mark = g_strconcat("netns-broker:", plan->conf->name, NULL);

    if (!attach_outer(plan, link, again, error))
        return false;
    /* a veth's inner end takes no number that we choose (drivers/net/veth.c), so it is asked for */
    link->index = nl_ifindex(plan->inside, link->name);
    if (!inside_link_sysctls(link, error))
        return false;
    route_queue_addresses(link, plan->inside);
    device_queue_up(link, mark, plan->inside);
    if (link->conf->up != TRISTATE_NO)
        route_queue_gateways(link, plan->inside);
    if (!nl_run(plan->inside, error))
        return false;
    nl_settle(plan->inside, link->name);
    if (link->master)
        nl_settle(plan->host, link->host_name);
    return true;
}

bool attach_refresh(const Conf *conf, const LinkConf *link, const char *host_name, Nl *host, GError **error)
{
    int lock;
    bool fine;

    if (!host_name || !*host_name || !routed_by_host(link))
        return true;
    lock = lock_take(LOCK_HOST, error);
    if (lock < 0)
        return false;
    fine = forwarding_need(conf->name, conf->nat.masquerade, true, host, error) &&
           forwarding_set_end(host_name, conf->nat.masquerade, error);
    close(lock);
    return fine;
}
