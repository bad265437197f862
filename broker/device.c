/* device.c - see device.h. One RTM_NEWLINK makes a link where it is to live: moving a finished device costs
 * 26 ms. */
#include "device.h"

#include "firewall.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define BRIDGE_MARK "netns-broker:bridge"

/* The line that is nearest to what a name is about, and the admin's own rather than the type's. */
static char *cite_of(const LinkConf *link, const char *name_key)
{
    for (guint i = link->lines->len; i-- > 0;) {
        const ConfLine *line = link->lines->pdata[i];
        if (!line->from_type && g_str_equal(line->key, name_key))
            return conf_cite_line(line);
    }
    return conf_cite(link->lines, "Kind");
}

static char *what_of(const LinkPlan *plan, const char *verb, const char *name)
{
    bool outer = g_str_equal(name, plan->host_name);
    g_autofree char *cite = cite_of(plan->conf, outer ? "HostName" : "Name");

    return g_strdup_printf("%s: cannot %s %s", cite, verb, name);
}

/* @plan: whose kind has data of its own to add; NULL: none. */
static struct nlmsghdr *new_link(Nl *nl, char *what, const char *kind, bool up, const LinkPlan *plan)
{
    struct ifinfomsg link = {
        .ifi_family = AF_UNSPEC, .ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0};
    struct nlmsghdr *h = nl_add(nl, what, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
    struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

    mnl_attr_put_strz(h, IFLA_INFO_KIND, kind);
    if (plan && plan->conf->kind->put_data) {
        struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
        plan->conf->kind->put_data(h, plan);
        mnl_attr_nest_end(h, data);
    }
    mnl_attr_nest_end(h, info);
    return h;
}

static struct nlmsghdr *new_planned(Nl *nl, const LinkPlan *plan, const char *name, bool up)
{
    struct nlmsghdr *h = new_link(nl, what_of(plan, "make", name), plan->conf->kind->name, up, plan);

    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    if (plan->conf->mtu)
        mnl_attr_put_u32(h, IFLA_MTU, plan->conf->mtu);
    if (plan->parent)
        mnl_attr_put_u32(h, IFLA_LINK, plan->parent);
    return h;
}

static void put_mac(struct nlmsghdr *h, const MacAddress *mac)
{
    if (mac->set)
        mnl_attr_put(h, IFLA_ADDRESS, sizeof mac->bytes, mac->bytes);
}

static void queue_altname(Nl *nl, unsigned index, const char *name, const char *altname)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    struct nlmsghdr *h;
    struct nlattr *list;

    if (!altname)
        return;
    h = nl_add(nl, g_strdup_printf("cannot name %s also %s", name, altname), RTM_NEWLINKPROP,
               NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, &link, sizeof link);
    list = mnl_attr_nest_start(h, IFLA_PROP_LIST);
    mnl_attr_put_strz(h, IFLA_ALT_IFNAME, altname);
    mnl_attr_nest_end(h, list);
}

/* The alias cannot be given at birth (net/core/rtnetlink.c, rtnl_create_link); the group can, and already
 * marks it as ours. */
static void queue_alias(Nl *nl, unsigned index, const char *mark)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};

    mnl_attr_put(nl_add(nl, g_strdup("cannot set the alias"), RTM_NEWLINK, 0, &link, sizeof link),
                 IFLA_IFALIAS, strlen(mark), mark);
}

void device_queue_mark(const LinkPlan *plan, const char *mark, Nl *outer)
{
    queue_alias(outer, plan->host_index, mark);
    queue_altname(outer, plan->host_index, plan->host_name, plan->conf->host_altname);
}

static void queue_pair(LinkPlan *plan, Nl *outer)
{
    struct nlmsghdr *h = new_planned(outer, plan, plan->host_name, true);

    put_mac(h, &plan->conf->host_mac);
    /* in another namespace the group would mean nothing */
    if (plan->outer_nsfd < 0)
        mnl_attr_put_u32(h, IFLA_GROUP, plan->group);
    if (plan->master)
        mnl_attr_put_u32(h, IFLA_MASTER, plan->master);
}

static void queue_single(LinkPlan *plan, Nl *host)
{
    struct nlmsghdr *h = new_planned(host, plan, plan->name, false);

    mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)plan->nsfd);
    put_mac(h, &plan->conf->mac);
}

static void queue_sibling(LinkPlan *plan, Nl *host)
{
    struct nlmsghdr *h = new_planned(host, plan, plan->host_name, true);

    put_mac(h, &plan->conf->host_mac);
    mnl_attr_put_u32(h, IFLA_GROUP, FIREWALL_GROUP | FIREWALL_HOST_ACCESS);
}

static bool make_bridge(LinkPlan *plan, const char *bridge, const char *cite, Nl *host, GError **error)
{
    struct nlmsghdr *h =
        new_link(host, g_strdup_printf("%s: cannot make the bridge", cite), "bridge", true, NULL);

    mnl_attr_put_strz(h, IFLA_IFNAME, bridge);
    mnl_attr_put_u32(h, IFLA_GROUP, FIREWALL_BRIDGE_GROUP);
    if (!nl_run(host, error))
        return false;
    plan->master = nl_ifindex(host, bridge);
    queue_alias(host, plan->master, BRIDGE_MARK);
    return nl_run(host, error);
}

static bool find_bridge(LinkPlan *plan, Nl *host, GError **error)
{
    const LinkConf *link = plan->conf;
    bool create = false;
    const char *bridge = link->kind->bridge ? link->kind->bridge(link, &create) : NULL;
    g_autofree char *cite = NULL;

    if (!bridge)
        return true;
    plan->master = nl_ifindex(host, bridge);
    if (plan->master)
        return true;
    cite = conf_cite(link->lines, "Bridge");
    if (create)
        return make_bridge(plan, bridge, cite, host, error);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                "%s: no such bridge in the host, and CreateBridge=yes does not ask for it", cite);
    return false;
}

/* The kernel's words for a kind it was built without are "Unknown device type" (EOPNOTSUPP): say which. */
static bool explain(const LinkPlan *plan, GError **error)
{
    if (error && g_error_matches(*error, NL_ERROR, EOPNOTSUPP)) {
        g_autofree char *text =
            g_strdup_printf("%s (this kernel has no %s links)", (*error)->message, plan->conf->kind->name);
        g_clear_error(error);
        g_set_error_literal(error, NL_ERROR, EOPNOTSUPP, text);
    }
    return false;
}

bool device_create(LinkPlan *plan, Nl *outer, GError **error)
{
    const LinkKind *kind = plan->conf->kind;

    if (!find_bridge(plan, outer, error))
        return false;
    if (kind->born_outside) {
        queue_pair(plan, outer);
    } else {
        queue_single(plan, outer);
        if (plan->host_name[0])
            queue_sibling(plan, outer);
    }
    if (!nl_run(outer, error))
        return explain(plan, error);
    if (plan->host_name[0])
        plan->host_index = nl_ifindex(outer, plan->host_name);
    return true;
}

void device_queue_up(const LinkPlan *plan, const char *mark, Nl *inside)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)plan->index, .ifi_change = IFF_UP};

    queue_alias(inside, plan->index, mark);
    queue_altname(inside, plan->index, plan->name, plan->conf->altname);
    if (plan->conf->up == TRISTATE_NO)
        return;
    link.ifi_flags = IFF_UP;
    nl_add(inside, what_of(plan, "bring up", plan->name), RTM_NEWLINK, 0, &link, sizeof link);
}

typedef struct Found {
    unsigned index, master, group;
    char alias[IFALIASZ];
    char kind[IFNAMSIZ];
} Found;

static void take_kind(const struct nlattr *info, Found *found)
{
    const struct nlattr *attr;

    mnl_attr_for_each_nested(attr, info) if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
                                             mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
        g_strlcpy(found->kind, mnl_attr_get_str(attr), sizeof found->kind);
}

static bool take_link(const struct nlmsghdr *message, void *user)
{
    const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
    Found *found = user;
    const struct nlattr *attr;

    found->index = (unsigned)link->ifi_index;
    mnl_attr_for_each(attr, message, sizeof *link)
    {
        if (mnl_attr_get_type(attr) == IFLA_GROUP && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
            found->group = mnl_attr_get_u32(attr);
        if (mnl_attr_get_type(attr) == IFLA_MASTER && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
            found->master = mnl_attr_get_u32(attr);
        if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
            take_kind(attr, found);
        if (mnl_attr_get_type(attr) == IFLA_IFALIAS && mnl_attr_validate(attr, MNL_TYPE_STRING) >= 0)
            g_strlcpy(found->alias, mnl_attr_get_payload(attr),
                      MIN(sizeof found->alias, mnl_attr_get_payload_len(attr) + 1u));
    }
    return true;
}

static Found find_link(Nl *nl, const char *name)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    Found found = {};

    mnl_attr_put_strz(nl_add(nl, NULL, RTM_GETLINK, 0, &link, sizeof link), IFLA_IFNAME, name);
    (void)nl_get(nl, take_link, &found, NULL);
    return found;
}

static bool delete_index(Nl *nl, unsigned index, const char *name, GError **error)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};

    nl_add(nl, g_strdup_printf("cannot remove %s", name), RTM_DELLINK, 0, &link, sizeof link);
    nl_tolerate(nl, ENODEV);
    return nl_run(nl, error);
}

/* Killed between birth and alias: the group, or in a namespace of our own the kind, alone tells. */
static bool is_ours(const Found *found, const char *mark, const char *unmarked)
{
    if (found->alias[0])
        return g_str_equal(found->alias, mark);
    return (found->group & FIREWALL_GROUP_MASK) == FIREWALL_GROUP ||
           (unmarked && g_str_equal(found->kind, unmarked));
}

bool device_remove(Nl *nl, const char *name, const char *mark, const char *unmarked, GError **error)
{
    Found found = find_link(nl, name);

    return !found.index || !is_ours(&found, mark, unmarked) || delete_index(nl, found.index, name, error);
}

bool device_is_there(Nl *nl, const char *name, const char *mark)
{
    Found found = find_link(nl, name);

    return found.index && g_str_equal(found.alias, mark);
}

typedef struct Ports {
    unsigned bridge;
    bool any;
} Ports;

static bool take_port(const struct nlmsghdr *message, void *user)
{
    Ports *ports = user;
    Found found = {};

    take_link(message, &found);
    ports->any = ports->any || found.master == ports->bridge;
    return true;
}

bool device_remove_bridge(Nl *host, const char *name, GError **error)
{
    Found found = find_link(host, name);
    Ports ports = {.bridge = found.index};

    if (!found.index ||
        (!g_str_equal(found.alias, BRIDGE_MARK) && (found.alias[0] || found.group != FIREWALL_BRIDGE_GROUP)))
        return true;
    if (!nl_dump(host, RTM_GETLINK, AF_UNSPEC, take_port, &ports, error))
        return false;
    return ports.any || delete_index(host, found.index, name, error);
}
