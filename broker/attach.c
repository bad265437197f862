/* attach.c - see attach.h. */
#include "attach.h"

#include "device.h"
#include "forwarding.h"
#include "inside.h"
#include "lock.h"
#include "pool.h"
#include "route.h"
#include "sysctl.h"
#include "uplink-table.h"
#include "ways.h"

#include <unistd.h>

bool attach_is_routed(const LinkConf *link)
{
    bool create;

    return link->kind->born_outside && !(link->kind->peer && link->kind->peer(link)) &&
           !(link->kind->bridge && link->kind->bridge(link, &create));
}

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
        if (attach_is_routed(link->conf))
            g_array_append_val(ends, end);
    }
    network = network_read(plan->host, error);
    return network && ways_set(&ways, network, plan->host, error);
}

/* A namespace is no router of the host's: its advertisements and redirects would take the host's own packets.
 */
static void distrust_end(const LinkPlan *link)
{
    static const char *const keys[][2] = {{"ipv6", "accept_ra"},
                                          {"ipv6", "autoconf"},
                                          {"ipv6", "accept_redirects"},
                                          {"ipv4", "accept_redirects"}};

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *path = g_strdup_printf("net/%s/conf/%s/%s", keys[i][0], link->host_name, keys[i][1]);
        (void)sysctl_write(path, "0", NULL); /* a host without IPv6 has no such files */
    }
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
    g_autofree char *mark = g_strconcat("netns-broker:", plan->conf->name, NULL);
    bool routed = attach_is_routed(link->conf);
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
    if (routed) {
        distrust_end(link);
        prepare_end(link, plan->conf);
    }
    return !routed || (forwarding_set_end(link->host_name, families, error) && set_ways(plan, error));
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

static bool refresh(const Conf *conf, const json_t *detail, Nl *host, GError **error)
{
    const json_t *links = json_object_get(detail, "links");
    Families families = conf->nat.masquerade;
    g_autoptr(Network) network = conf->nat.uplink[0] ? network_read(host, error) : NULL;
    bool fine = !conf->nat.uplink[0] || (network && ways_set_again(conf->name, detail, network, host, error));

    for (guint i = 0; fine && i < conf->links->len; i++) {
        const char *host_name = json_string_value(json_object_get(json_array_get(links, i), "host"));
        if (host_name && attach_is_routed(conf->links->pdata[i]))
            fine = forwarding_need(conf->name, families, true, host, error) &&
                   forwarding_set_end(host_name, families, error);
    }
    return fine;
}

static bool any_routed(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (attach_is_routed(conf->links->pdata[i]))
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
    close(lock);
    return fine;
}
