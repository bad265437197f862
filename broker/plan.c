/* plan.c - see plan.h. */
#include "plan.h"

#include "firewall.h"
#include "nsfs.h"
#include "parse.h"

#include <string.h>
#include <unistd.h>

static void link_plan_free(void *data)
{
    LinkPlan *plan = data;

    if (plan->outer_nsfd >= 0)
        close(plan->outer_nsfd);
    g_ptr_array_unref(plan->addresses);
    g_ptr_array_unref(plan->host_addresses);
    g_ptr_array_unref(plan->gateways);
    g_free(plan);
}

static bool wants_host_end(const LinkConf *link)
{
    return link->kind->born_outside || (link->kind->host_sibling && link->kind->host_sibling(link));
}

void plan_link_names(const Conf *conf, const LinkConf *link, char *ret_name, char *ret_host_name)
{
    IfName name;

    if_name_shorten(link->name.text[0] ? link->name.text : link->label, &name);
    g_strlcpy(ret_name, name.text, IFNAMSIZ);
    ret_host_name[0] = '\0';
    if (!wants_host_end(link))
        return;
    name = link->host_name;
    if (!name.text[0]) {
        /* a dash in a part would let two pairs of parts make one name: those are hashed, as what is too long
         * (a slash is in neither) */
        bool plain = !strchr(conf->name, '-') && !strchr(link->label, '-');
        g_autofree char *full =
            plain ? g_strconcat("vn-", conf->name, "-", link->label, "0", NULL)
                  : g_strconcat("vn-", conf->name, "/", link->label, "/............0", NULL);
        if_name_shorten(full, &name);
    }
    g_strlcpy(ret_host_name, name.text, IFNAMSIZ);
}

static GPtrArray *copies(const GPtrArray *prefixes)
{
    GPtrArray *array = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < prefixes->len; i++)
        g_ptr_array_add(array, g_memdup2(prefixes->pdata[i], sizeof(IpPrefix)));
    return array;
}

/* The bits of firewall.h for an end that stays in the host, alone. */
static uint32_t group_of(const Conf *conf)
{
    const NatConf *nat = &conf->nat;

    return FIREWALL_GROUP | (nat->masquerade & FAMILIES_IPV4 ? FIREWALL_MASQUERADE_IPV4 : 0) |
           (nat->masquerade & FAMILIES_IPV6 ? FIREWALL_MASQUERADE_IPV6 : 0) |
           (nat->host_access ? FIREWALL_HOST_ACCESS : 0) | (nat->uplink[0] ? FIREWALL_WAYS : 0) |
           (conf->links->len > 1 ? FIREWALL_SEVERAL_LINKS : 0);
}

static bool find_parent(LinkPlan *plan, Nl *host, GError **error)
{
    const LinkConf *link = plan->conf;
    g_autofree char *cite = NULL;

    if (!link->kind->needs_parent)
        return true;
    plan->parent = nl_ifindex(host, link->parent.text);
    if (plan->parent)
        return true;
    cite = conf_cite(link->lines, "Parent");
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: no such interface in the host", cite);
    return false;
}

static bool find_peer(LinkPlan *plan, GError **error)
{
    const LinkConf *link = plan->conf;
    const char *peer = link->kind->peer ? link->kind->peer(link) : NULL;
    g_autofree char *cite = NULL;

    if (!peer)
        return true;
    plan->outer_nsfd = nsfs_open(peer, NULL);
    if (plan->outer_nsfd >= 0)
        return true;
    cite = conf_cite(link->lines, "Peer");
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: that namespace is not up", cite);
    return false;
}

static LinkPlan *link_plan_new(const Conf *conf, const LinkConf *link, int nsfd)
{
    LinkPlan *plan = g_new0(LinkPlan, 1);

    plan->conf = link;
    plan->nsfd = nsfd;
    plan->outer_nsfd = -1;
    plan->group = group_of(conf);
    plan_link_names(conf, link, plan->name, plan->host_name);
    plan->addresses = copies(link->addresses);
    plan->host_addresses = copies(link->host_addresses);
    plan->gateways = copies(link->gateways);
    return plan;
}

Plan *plan_new(const Conf *conf, int nsfd, Nl *host, GError **error)
{
    g_autoptr(Plan) plan = g_new0(Plan, 1);

    plan->conf = conf;
    plan->nsfd = nsfd;
    plan->host = host;
    plan->links = g_ptr_array_new_with_free_func(link_plan_free);
    plan->inside = nl_open_at(nsfd, error);
    if (!plan->inside)
        return NULL;
    for (guint i = 0; i < conf->links->len; i++) {
        LinkPlan *link = link_plan_new(conf, conf->links->pdata[i], nsfd);
        g_ptr_array_add(plan->links, link);
        if (!find_parent(link, host, error) || !find_peer(link, error))
            return NULL;
    }
    return g_steal_pointer(&plan);
}

void plan_free(Plan *plan)
{
    if (!plan)
        return;
    nl_free(plan->inside);
    g_ptr_array_unref(plan->links);
    g_free(plan);
}

LinkPlan *plan_find(const Plan *plan, const char *label)
{
    for (guint i = 0; i < plan->links->len; i++) {
        LinkPlan *link = plan->links->pdata[i];
        if (g_str_equal(link->conf->label, label))
            return link;
    }
    return NULL;
}
