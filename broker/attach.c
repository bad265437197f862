/* attach.c - see attach.h. */
#include "attach.h"

#include "device.h"
#include "endpoint.h"
#include "forwarding.h"
#include "inside.h"
#include "lock.h"
#include "patience.h"
#include "pool.h"
#include "route.h"
#include "slaac.h"
#include "sysctl.h"
#include "taken.h"
#include "uplink-table.h"
#include "ways.h"

#include <errno.h>
#include <unistd.h>

/* The ways out of all links to the host; of those that are made already with the way back. */
static bool set_ways(const Plan *plan, GError **error)
{
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(WayEnd));
    Ways ways = {plan->conf->name, plan->conf->nat.uplink, ends, NULL};
    g_autoptr(Network) network = NULL;

    if (!plan->conf->nat.uplink[0])
        return true;
    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        WayEnd end = {link->host_name, uplink_table_number(plan->conf->name, link->conf->label),
                      link->host_addresses};
        if (link_is_wire(link->conf))
            g_array_append_val(ends, end);
    }
    network = network_read(plan->host, error);
    return network && ways_set(&ways, network, plan->host, error);
}

/* Before the inner end is up. The host looks for its MAC address from its own link-local address, for which
 * it would wait a second or two for duplicate address detection (net/ipv6/ndisc.c, ndisc_send_ns): on a wire
 * with one other end. */
static void prepare_end(const LinkPlan *link, const Conf *conf)
{
    g_autofree char *path = g_strconcat("net/ipv6/conf/", link->host_name, "/accept_dad", NULL);

    if (link->conf->dad != TRISTATE_YES && (link_families(link->conf, conf->ns.ipv6) & FAMILIES_IPV6))
        (void)sysctl_write(path, "0", NULL); /* a host without IPv6 has nothing to wait for */
}

/* Closed first: the firewall, and where there is one the way, stands before the link is made. */
static bool make_outer(const Plan *plan, LinkPlan *link, Nl *outer, bool again, GError **error)
{
    g_autofree char *mark = device_mark(plan->conf->name, NULL);
    bool routed = link_is_wire(link->conf);
    Families families = plan->conf->nat.masquerade;

    if (link->conf->subnet_auto == TRISTATE_YES && !pool_fill(link, plan->conf, plan->host, error))
        return false;
    if (routed &&
        (!set_ways(plan, error) || !forwarding_need(plan->conf->name, families, again, plan->host, error)))
        return false;
    if (!device_create(link, outer, error))
        return false;
    if (link->host_name[0]) {
        device_queue_mark(link, mark, outer);
        route_queue_host_addresses(link, outer);
        if (!nl_run(outer, error))
            return false;
    }
    if (link->conf->kind->born_outside)
        inside_distrust_end(link);
    if (routed)
        prepare_end(link, plan->conf);
    return !routed || (forwarding_set_end(link->host_name, families, error) && set_ways(plan, error));
}

static bool make(const Plan *plan, LinkPlan *link, Nl *outer, bool again, GError **error)
{
    if (link->taken)
        return taken_move_in(plan->conf, link, outer, plan->inside, error);
    return make_outer(plan, link, outer, again, error) &&
           (!link->conf->kind->make || device_set(link, link->conf->mtu, plan->inside, error));
}

static bool attach_once(const Plan *plan, LinkPlan *link, bool again, GError **error)
{
    g_autoptr(Nl) peer = link->outer_nsfd >= 0 ? nl_open_at(link->outer_nsfd, error) : NULL;
    Nl *outer = peer ? peer : link->on_inside ? plan->inside : plan->host;
    int lock;
    bool fine;

    if (link->outer_nsfd >= 0 && !peer)
        return false;
    lock = lock_take(LOCK_HOST, error);
    if (lock < 0)
        return false;
    fine = make(plan, link, outer, again, error);
    lock_release(lock);
    return fine;
}

/* The number of a VLAN or the like that one who goes still has is waited for, without the host's lock. A kind
 * that has such a number is made by one request, and nothing is done before it that must not be done twice.
 */
static bool attach_outer(const Plan *plan, LinkPlan *link, bool again, GError **error)
{
    Patience patience = patience_begin();
    GError *why = NULL;

    while (!attach_once(plan, link, again, &why))
        if (!link->conf->kind->unique || !patience_lasts(&patience, EEXIST, &why)) {
            g_propagate_error(error, why);
            return false;
        }
    return true;
}

/* In a namespace that somebody else has made, or by a hook. */
static bool name_is_free(const Plan *plan, const LinkPlan *link, GError **error)
{
    g_autofree char *cite = NULL;

    if (!nl_ifindex(plan->inside, link->name))
        return true;
    cite = conf_cite(link->conf->lines, "Name");
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: the namespace has an interface %s already", cite,
                link->name);
    return false;
}

bool attach_link(const Plan *plan, LinkPlan *link, bool again, GError **error)
{
    g_autofree char *mark = device_mark(plan->conf->name, link->taken ? link->conf->label : NULL);

    if (!name_is_free(plan, link, error) || !plan_parent_inside(link, plan->inside, error) ||
        !attach_outer(plan, link, again, error))
        return false;
    /* a veth's inner end takes no number that we choose (drivers/net/veth.c), so it is asked for */
    link->index = nl_ifindex(plan->inside, link->name);
    device_queue_inner_mark(link, mark, plan->inside);
    if (!nl_run(plan->inside, error) || !device_join_master(link, plan->inside, error))
        return false;
    if (link->conf->kind->has_peers)
        endpoint_look_up(plan->conf, link);
    if (link->conf->kind->configure && !link->conf->kind->configure(link, plan->conf, error))
        return false;
    if (!inside_link_sysctls(link, error))
        return false;
    slaac_queue(link, plan->inside);
    if (!nl_run(plan->inside, error) || !route_add_addresses(link, plan->inside, error) ||
        !device_up(link, plan->inside, error))
        return false;
    if (link->conf->up != TRISTATE_NO) {
        route_queue_gateways(link, plan->inside);
        route_queue_prefixes(link, plan->inside);
    }
    if (!nl_run(plan->inside, error))
        return false;
    nl_settle(plan->inside, link->name);
    if (link->master)
        nl_settle(plan->host, link->host_name);
    return true;
}

static bool refresh(const Conf *conf, const json_t *detail, Nl *host, GError **error)
{
    const json_t *links = json_object_get(detail, "links");
    Families families = conf->nat.masquerade;
    g_autoptr(Network) network = conf->nat.uplink[0] ? network_read(host, error) : NULL;
    bool fine = !conf->nat.uplink[0] || (network && ways_set_again(conf->name, detail, network, host, error));

    for (guint i = 0; fine && i < conf->links->len; i++) {
        const char *host_name = json_string_value(json_object_get(json_array_get(links, i), "host"));
        if (host_name && link_is_wire(conf->links->pdata[i]))
            fine = forwarding_need(conf->name, families, true, host, error) &&
                   forwarding_set_end(host_name, families, error);
    }
    return fine;
}

static bool any_routed(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (link_is_wire(conf->links->pdata[i]))
            return true;
    return false;
}

bool attach_refresh(const Conf *conf, const json_t *detail, Nl *host, GError **error)
{
    int lock;
    bool fine;

    if (!any_routed(conf))
        return true;
    lock = lock_take(LOCK_HOST, error);
    if (lock < 0)
        return false;
    fine = refresh(conf, detail, host, error);
    lock_release(lock);
    return fine;
}
