/* plan.c - see plan.h. */
#include "plan.h"

#include "firewall.h"
#include "hardware.h"
#include "nsfs.h"
#include "parse.h"
#include "record.h"
#include "taken.h"

#include <string.h>
#include <unistd.h>

void plan_link_free(LinkPlan *plan)
{
    if (plan->outer_nsfd >= 0)
        close(plan->outer_nsfd);
    json_decref(plan->taken);
    g_ptr_array_unref(plan->addresses);
    g_ptr_array_unref(plan->host_addresses);
    g_ptr_array_unref(plan->gateways);
    g_ptr_array_unref(plan->prefixes);
    g_free(plan);
}

static void free_link(void *data)
{
    plan_link_free(data);
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

/* Where it is made, the long way round: a hash, so that it is in nobody's way. */
void plan_transit_name(const Conf *conf, const LinkConf *link, char *ret)
{
    g_autofree char *full = g_strconcat("vn-", conf->name, "/", link->label, "/transit......m", NULL);
    IfName name = {};

    if (link->kind->is_moved && g_strcmp0(link->parent_namespace, conf->name) != 0)
        if_name_shorten(full, &name);
    g_strlcpy(ret, name.text, IFNAMSIZ);
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

static bool missing(const LinkConf *link, const char *key, GError **error)
{
    g_autofree char *cite = conf_cite(link->lines, key);
    const char *where = link_outer_namespace(link, NULL);

    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: no such interface in %s%s", cite,
                where ? "namespace " : "the host", where ? where : "");
    return false;
}

static bool find_parent(LinkPlan *plan, Nl *outer, GError **error)
{
    const LinkConf *link = plan->conf;

    if (!link->parent.text[0] || plan->on_inside)
        return true;
    plan->parent = nl_ifindex(outer, link->parent.text);
    return plan->parent || missing(link, "Parent", error);
}

bool plan_parent_inside(LinkPlan *plan, Nl *inside, GError **error)
{
    if (!plan->on_inside || !plan->conf->parent.text[0])
        return true;
    plan->parent = nl_ifindex(inside, plan->conf->parent.text);
    return plan->parent || missing(plan->conf, "Parent", error);
}

/* As it was started: that may be by another type than its file says now, or without a file. */
static bool has_one_way(const char *name)
{
    g_autoptr(Record) record = record_load(name, NULL);

    return record && json_is_true(json_object_get(record->detail, "kill_switch"));
}

static bool find_namespace(LinkPlan *plan, const Conf *conf, GError **error)
{
    const char *key, *name = link_outer_namespace(plan->conf, &key);
    g_autofree char *cite = NULL;
    bool second;

    plan->on_inside = g_strcmp0(name, conf->name) == 0;
    if (!name || plan->on_inside)
        return true;
    plan->outer_nsfd = nsfs_open(name, NULL);
    second = plan->conf->kind->born_outside && has_one_way(name);
    if (plan->outer_nsfd >= 0 && !second)
        return true;
    cite = conf_cite(plan->conf->lines, key);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", cite,
                second ? "would be a second way out of that namespace, which has KillSwitch="
                       : "that namespace is not up");
    return false;
}

static bool find_outside(LinkPlan *plan, const Conf *conf, Nl *host, GError **error)
{
    g_autoptr(Nl) other = NULL;

    if (!find_namespace(plan, conf, error))
        return false;
    if (plan->outer_nsfd >= 0) {
        other = nl_open_at(plan->outer_nsfd, error);
        if (!other)
            return false;
    }
    return find_parent(plan, other ? other : host, error) &&
           (!plan->conf->kind->is_taken || taken_find(plan, conf, other ? other : host, error));
}

static void choose_macs(LinkPlan *plan, const Conf *conf)
{
    const LinkConf *link = plan->conf;
    bool choose = link->mac_policy != TRISTATE_NO && link->kind->has_own_mac && link->kind->has_own_mac(link);
    bool create;
    bool port = link->kind->bridge && link->kind->bridge(link, &create);

    plan->mac = link->mac;
    plan->host_mac = link->host_mac;
    if (choose && !plan->mac.set)
        plan->mac = hardware_address(conf->name, link->label, false, link->master.text[0] != '\0');
    if (choose && !plan->host_mac.set)
        plan->host_mac = hardware_address(conf->name, link->label, true, port);
}

LinkPlan *plan_link_new(const Conf *conf, const LinkConf *link, int nsfd)
{
    LinkPlan *plan = g_new0(LinkPlan, 1);

    plan->conf = link;
    plan->nsfd = nsfd;
    plan->outer_nsfd = -1;
    plan->group = group_of(conf);
    plan_link_names(conf, link, plan->name, plan->host_name);
    plan_transit_name(conf, link, plan->transit);
    plan->table = link_table(conf, link);
    choose_macs(plan, conf);
    if (link->generation == GENERATION_STABLE)
        (void)hardware_secret(conf->name, link->label, &plan->secret);
    if (link->kind->has_number)
        plan->number = hardware_number(conf->name, link->label);
    plan->addresses = copies(link->addresses);
    plan->host_addresses = copies(link->host_addresses);
    plan->gateways = copies(link->gateways);
    plan->prefixes = copies(link->prefixes);
    return plan;
}

Plan *plan_new(const Conf *conf, int nsfd, Nl *host, GError **error)
{
    g_autoptr(Plan) plan = g_new0(Plan, 1);

    plan->conf = conf;
    plan->nsfd = nsfd;
    plan->host = host;
    plan->links = g_ptr_array_new_with_free_func(free_link);
    plan->inside = nl_open_at(nsfd, error);
    if (!plan->inside)
        return NULL;
    for (guint i = 0; i < conf->links->len; i++) {
        LinkPlan *link = plan_link_new(conf, conf->links->pdata[i], nsfd);
        g_ptr_array_add(plan->links, link);
        if (!find_outside(link, conf, host, error))
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

void plan_route_everything(LinkPlan *link, Families families)
{
    const IpPrefix ipv4 = {.address.family = AF_INET}, ipv6 = {.address.family = AF_INET6};

    if (families & FAMILIES_IPV4 && link->gateways->len == 0)
        g_ptr_array_add(link->prefixes, g_memdup2(&ipv4, sizeof ipv4));
    if (families & FAMILIES_IPV6)
        g_ptr_array_add(link->prefixes, g_memdup2(&ipv6, sizeof ipv6));
}

bool plan_takes(const Plan *plan)
{
    for (guint i = 0; i < plan->links->len; i++)
        if (((const LinkPlan *)plan->links->pdata[i])->taken)
            return true;
    return false;
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
