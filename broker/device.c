/* device.c - see device.h. One RTM_NEWLINK makes a link where it is to live: moving a finished device costs 26 ms. */
#include "device.h"

#include "firewall.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define BRIDGE_MARK "netns-broker:bridge"

static char *what_of(const LinkPlan *plan, const char *verb, const char *name)
{
    const LinkConf *link = plan->conf;
    g_autofree char *cite = conf_cite(link->lines, "Kind");

    return g_strdup_printf("%s: cannot %s %s", cite, verb, name);
}

static struct nlmsghdr *new_link(Nl *nl, char *what, const char *kind, unsigned index, bool up)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0};
    struct nlmsghdr *h = nl_add(nl, what, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
    struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

    mnl_attr_put_strz(h, IFLA_INFO_KIND, kind);
    mnl_attr_nest_end(h, info);
    return h;
}

/* Like new_link, with the kind's own data in the same nest. */
static struct nlmsghdr *new_planned(Nl *nl, char *what, const LinkPlan *plan, unsigned index, bool up)
{
    const LinkKind *kind = plan->conf->kind;
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0};
    struct nlmsghdr *h = nl_add(nl, what, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
    struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

    mnl_attr_put_strz(h, IFLA_INFO_KIND, kind->name);
    if (kind->put_data) {
        struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
        kind->put_data(h, plan);
        mnl_attr_nest_end(h, data);
    }
    mnl_attr_nest_end(h, info);
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

/* The alias cannot be given at birth (net/core/rtnetlink.c, rtnl_create_link); the group can, and already marks it as ours. */
static void queue_mark(Nl *nl, const char *name, const char *mark, const char *altname)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    struct nlmsghdr *h = nl_add(nl, NULL, RTM_NEWLINK, 0, &link, sizeof link);

    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    mnl_attr_put(h, IFLA_IFALIAS, strlen(mark), mark);
    if (!altname)
        return;
    h = nl_add(nl, g_strdup_printf("cannot name %s also %s", name, altname), RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, &link,
               sizeof link);
    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    struct nlattr *list = mnl_attr_nest_start(h, IFLA_PROP_LIST);
    mnl_attr_put_strz(h, IFLA_ALT_IFNAME, altname);
    mnl_attr_nest_end(h, list);
    nl_tolerate(nl, EEXIST);
}

static void queue_pair(LinkPlan *plan, const char *mark, Nl *outer)
{
    struct nlmsghdr *h = new_planned(outer, what_of(plan, "make", plan->host_name), plan, 0, true);

    mnl_attr_put_strz(h, IFLA_IFNAME, plan->host_name);
    put_mac(h, &plan->conf->host_mac);
    /* in another namespace the group would mean nothing */
    if (plan->outer_nsfd < 0)
        mnl_attr_put_u32(h, IFLA_GROUP, plan->group);
    if (plan->master)
        mnl_attr_put_u32(h, IFLA_MASTER, plan->master);
    queue_mark(outer, plan->host_name, mark, plan->conf->host_altname);
}

static void queue_single(LinkPlan *plan, Nl *host)
{
    struct nlmsghdr *h = new_planned(host, what_of(plan, "make", plan->name), plan, plan->index, false);

    mnl_attr_put_strz(h, IFLA_IFNAME, plan->name);
    mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)plan->nsfd);
    put_mac(h, &plan->conf->mac);
}

static void queue_sibling(LinkPlan *plan, const char *mark, Nl *host)
{
    struct nlmsghdr *h = new_planned(host, what_of(plan, "make", plan->host_name), plan, 0, true);

    mnl_attr_put_strz(h, IFLA_IFNAME, plan->host_name);
    put_mac(h, &plan->conf->host_mac);
    mnl_attr_put_u32(h, IFLA_GROUP, FIREWALL_GROUP | FIREWALL_HOST_ACCESS);
    queue_mark(host, plan->host_name, mark, plan->conf->host_altname);
}

/* *ret_made: the bridge was not there and is now. */
static bool find_bridge(LinkPlan *plan, Nl *host, bool *ret_made, GError **error)
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
    if (!create) {
        g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: no such bridge in the host, and CreateBridge=yes does not ask for it", cite);
        return false;
    }
    mnl_attr_put_strz(new_link(host, g_strdup_printf("%s: cannot make the bridge", cite), "bridge", 0, true), IFLA_IFNAME, bridge);
    queue_mark(host, bridge, BRIDGE_MARK, NULL);
    if (!nl_run(host, error))
        return false;
    *ret_made = true;
    plan->master = nl_ifindex(host, bridge);
    return true;
}

/* The kernel's words for a kind it was built without are "Unknown device type" (EOPNOTSUPP): say which. */
static bool explain(const LinkPlan *plan, GError **error)
{
    if (error && g_error_matches(*error, NL_ERROR, EOPNOTSUPP)) {
        g_autofree char *text = g_strdup_printf("%s (this kernel has no %s links)", (*error)->message, plan->conf->kind->name);
        g_clear_error(error);
        g_set_error_literal(error, NL_ERROR, EOPNOTSUPP, text);
    }
    return false;
}

bool device_create(LinkPlan *plan, const char *mark, Nl *outer, bool *ret_made_bridge, GError **error)
{
    const LinkKind *kind = plan->conf->kind;

    if (!find_bridge(plan, outer, ret_made_bridge, error))
        return false;
    if (kind->born_outside) {
        queue_pair(plan, mark, outer);
    } else {
        queue_single(plan, outer);
        if (plan->host_name[0])
            queue_sibling(plan, mark, outer);
    }
    return nl_run(outer, error) || explain(plan, error);
}

void device_queue_up(const LinkPlan *plan, Nl *inside)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)plan->index, .ifi_change = IFF_UP};

    if (plan->conf->altname) {
        struct nlmsghdr *h = nl_add(inside, what_of(plan, "name", plan->name), RTM_NEWLINKPROP,
                                    NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, &link, sizeof link);
        struct nlattr *list = mnl_attr_nest_start(h, IFLA_PROP_LIST);
        mnl_attr_put_strz(h, IFLA_ALT_IFNAME, plan->conf->altname);
        mnl_attr_nest_end(h, list);
        nl_tolerate(inside, EEXIST);
    }
    if (plan->conf->up == TRISTATE_NO)
        return;
    link.ifi_flags = IFF_UP;
    nl_add(inside, what_of(plan, "bring up", plan->name), RTM_NEWLINK, 0, &link, sizeof link);
}

typedef struct Found {
    unsigned index, master, group;
    char alias[IFALIASZ];
} Found;

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
        if (mnl_attr_get_type(attr) == IFLA_IFALIAS && mnl_attr_validate(attr, MNL_TYPE_STRING) >= 0)
            g_strlcpy(found->alias, mnl_attr_get_payload(attr), MIN(sizeof found->alias, mnl_attr_get_payload_len(attr) + 1u));
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

bool device_remove(Nl *nl, const char *name, const char *mark, GError **error)
{
    Found found = find_link(nl, name);

    /* killed between birth and alias: the group alone tells */
    bool ours = !mark || g_str_equal(found.alias, mark) ||
                (!found.alias[0] && (found.group & FIREWALL_GROUP_MASK) == FIREWALL_GROUP);

    return !found.index || !ours || delete_index(nl, found.index, name, error);
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

    if (!found.index || !g_str_equal(found.alias, BRIDGE_MARK))
        return true;
    if (!nl_dump(host, RTM_GETLINK, AF_UNSPEC, take_port, &ports, error))
        return false;
    return ports.any || delete_index(host, found.index, name, error);
}
