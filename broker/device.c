/* device.c - see device.h. One RTM_NEWLINK makes a link where it is to live: moving a finished device costs
 * 26 ms. */
#include "device.h"

#include "firewall.h"
#include "iface.h"
#include "nsfs.h"
#include "patience.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

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
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC,
                             .ifi_index = plan ? (int)plan->number : 0,
                             .ifi_flags = up ? IFF_UP : 0,
                             .ifi_change = up ? IFF_UP : 0};
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
    bool moved = plan->transit[0] && g_str_equal(name, plan->transit);
    struct nlmsghdr *h = new_link(nl, what_of(plan, "make", moved ? plan->name : name),
                                  link_device(plan->conf->kind), up, plan);

    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    if (plan->conf->mtu)
        mnl_attr_put_u32(h, IFLA_MTU, plan->conf->mtu);
    if (plan->parent && !plan->conf->kind->parent_in_data)
        mnl_attr_put_u32(h, IFLA_LINK, plan->parent);
    return h;
}

static void put_mac(struct nlmsghdr *h, const MacAddress *mac)
{
    if (mac->set)
        mnl_attr_put(h, IFLA_ADDRESS, sizeof mac->bytes, mac->bytes);
}

void device_queue_altname(Nl *nl, unsigned index, const char *name, const char *altname)
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
void device_queue_alias(Nl *nl, unsigned index, const char *mark)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};

    mnl_attr_put(nl_add(nl, g_strdup("cannot set the alias"), RTM_NEWLINK, 0, &link, sizeof link),
                 IFLA_IFALIAS, strlen(mark), mark);
}

void device_queue_mark(const LinkPlan *plan, const char *mark, Nl *outer)
{
    device_queue_alias(outer, plan->host_index, mark);
    device_queue_altname(outer, plan->host_index, plan->host_name, plan->conf->host_altname);
}

static void queue_pair(LinkPlan *plan, Nl *outer)
{
    struct nlmsghdr *h = new_planned(outer, plan, plan->host_name, true);

    put_mac(h, &plan->host_mac);
    /* in another namespace the group would mean nothing */
    if (plan->outer_nsfd < 0)
        mnl_attr_put_u32(h, IFLA_GROUP, plan->group);
    if (plan->master)
        mnl_attr_put_u32(h, IFLA_MASTER, plan->master);
}

/* One that is moved gets our group on the way: it marks what a killed maker left. */
static void queue_single(LinkPlan *plan, Nl *outer)
{
    bool moved = plan->transit[0] != '\0';
    struct nlmsghdr *h = new_planned(outer, plan, moved ? plan->transit : plan->name, false);

    if (moved)
        mnl_attr_put_u32(h, IFLA_GROUP, FIREWALL_GROUP);
    else if (!plan->on_inside)
        mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)plan->nsfd);
    put_mac(h, &plan->mac);
}

static void queue_sibling(LinkPlan *plan, Nl *outer)
{
    struct nlmsghdr *h = new_planned(outer, plan, plan->host_name, true);

    put_mac(h, &plan->host_mac);
    if (plan->outer_nsfd < 0)
        mnl_attr_put_u32(h, IFLA_GROUP, FIREWALL_GROUP | FIREWALL_HOST_ACCESS);
}

/* Under its own name, and no longer in our group: in there that would mean nothing. */
static bool move_in(LinkPlan *plan, Nl *outer, GError **error)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)nl_ifindex(outer, plan->transit)};
    struct nlmsghdr *h =
        nl_add(outer, what_of(plan, "move in", plan->name), RTM_NEWLINK, 0, &link, sizeof link);

    mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)plan->nsfd);
    mnl_attr_put_strz(h, IFLA_IFNAME, plan->name);
    mnl_attr_put_u32(h, IFLA_GROUP, 0);
    return nl_run(outer, error);
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
    device_queue_alias(host, plan->master, BRIDGE_MARK);
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

static char *explained(const LinkPlan *plan, const GError *error)
{
    const LinkKind *kind = plan->conf->kind;

    /* the kernel's words for a kind it was built without are "Unknown device type": say which */
    if (g_error_matches(error, NL_ERROR, EOPNOTSUPP) && strstr(error->message, "Unknown device type"))
        return g_strdup_printf("%s (this kernel has no %s links)", error->message, kind->name);
    if (g_error_matches(error, NL_ERROR, EOPNOTSUPP))
        return g_strdup_printf("%s: one of its keys is about what this kernel was built without",
                               error->message);
    if (g_error_matches(error, NL_ERROR, EINVAL) && kind->parent == PARENT_NEEDED && kind->host_sibling)
        return g_strdup_printf("%s (a passthru wants its parent for itself; lo carries none)",
                               error->message);
    /* a name that is taken is EEXIST too: but those inside are ours, and that of a transit is a hash */
    if (g_error_matches(error, NL_ERROR, EEXIST) && kind->unique && !plan->host_name[0]) {
        g_autofree char *cite = conf_cite(plan->conf->lines, kind->unique);
        return g_strdup_printf("%s: another interface has it already", cite);
    }
    return g_strdup(error->message);
}

static bool explain(const LinkPlan *plan, GError **error)
{
    if (error && *error) {
        int code = (*error)->code;
        g_autofree char *text = explained(plan, *error);
        g_clear_error(error);
        g_set_error_literal(error, NL_ERROR, code, text);
    }
    return false;
}

static bool make_inside(const LinkPlan *plan, GError **error)
{
    int home = nsfs_open_self(error);
    bool fine = home >= 0 && nsfs_enter(plan->nsfd, error);

    if (fine) {
        fine = plan->conf->kind->make(plan, error);
        nsfs_return(home);
    }
    if (home >= 0)
        close(home);
    return fine;
}

bool device_create(LinkPlan *plan, Nl *outer, GError **error)
{
    const LinkKind *kind = plan->conf->kind;

    if (kind->make)
        return make_inside(plan, error);
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
    if (plan->transit[0] && !move_in(plan, outer, error))
        return false;
    if (plan->host_name[0])
        plan->host_index = nl_ifindex(outer, plan->host_name);
    return true;
}

bool device_join_master(const LinkPlan *plan, Nl *inside, GError **error)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)plan->index};
    const char *master = plan->conf->master.text;
    g_autofree char *cite = NULL;

    if (!master[0])
        return true;
    cite = conf_cite(plan->conf->lines, "Master");
    mnl_attr_put_u32(nl_add(inside, g_strdup_printf("%s: %s cannot be a port of it", cite, plan->name),
                            RTM_NEWLINK, 0, &link, sizeof link),
                     IFLA_MASTER, nl_ifindex(inside, master));
    return nl_run(inside, error);
}

bool device_set(const LinkPlan *plan, uint32_t mtu, Nl *inside, GError **error)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)nl_ifindex(inside, plan->name)};
    g_autofree char *cite = conf_cite(plan->conf->lines, plan->conf->mtu ? "MTU" : "MACAddress");
    struct nlmsghdr *h;

    if (!mtu && !plan->mac.set)
        return true;
    h = nl_add(inside, g_strdup_printf("%s: %s does not take it", cite, plan->name), RTM_NEWLINK, 0, &link,
               sizeof link);
    if (mtu)
        mnl_attr_put_u32(h, IFLA_MTU, mtu);
    put_mac(h, &plan->mac);
    return nl_run(inside, error);
}

char *device_mark(const char *name, const char *label)
{
    return g_strconcat("netns-broker:", name, label ? ":" : NULL, label, NULL);
}

static bool set_up(const LinkPlan *plan, Nl *inside, GError **error)
{
    struct ifinfomsg link = {
        .ifi_family = AF_UNSPEC, .ifi_index = (int)plan->index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

    nl_add(inside, what_of(plan, "bring up", plan->name), RTM_NEWLINK, 0, &link, sizeof link);
    return nl_run(inside, error);
}

/* On the parent of a macvlan (drivers/net/macvlan.c, macvlan_addr_busy). To other kinds that error is a port.
 */
static bool is_mac_taken(const LinkPlan *plan, const GError *error)
{
    const LinkKind *kind = plan->conf->kind;

    return kind->parent == PARENT_NEEDED && kind->has_own_mac && g_error_matches(error, NL_ERROR, EADDRINUSE);
}

/* The MAC address of a link is the same each time. */
static bool set_up_patiently(const LinkPlan *plan, Nl *inside, GError **error)
{
    Patience patience = patience_begin();
    GError *why = NULL;

    while (!set_up(plan, inside, &why)) {
        bool taken = is_mac_taken(plan, why);
        if (taken && patience_lasts(&patience, EADDRINUSE, &why))
            continue;
        g_set_error(error, why->domain, why->code, "%s%s", why->message,
                    taken ? " (its MAC address is that of another interface on the same parent)" : "");
        g_error_free(why);
        return false;
    }
    return true;
}

void device_queue_inner_mark(const LinkPlan *plan, const char *mark, Nl *inside)
{
    device_queue_alias(inside, plan->index, mark);
    device_queue_altname(inside, plan->index, plan->name, plan->conf->altname);
}

bool device_up(const LinkPlan *plan, Nl *inside, GError **error)
{
    return plan->conf->up == TRISTATE_NO || set_up_patiently(plan, inside, error);
}

static bool delete_index(Nl *nl, unsigned index, const char *name, GError **error)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};

    nl_add(nl, g_strdup_printf("cannot remove %s", name), RTM_DELLINK, 0, &link, sizeof link);
    nl_tolerate(nl, ENODEV);
    return nl_run(nl, error);
}

/* Killed between birth and alias: the group, or in a namespace of our own the kind, alone tells. */
static bool is_ours(const Iface *iface, const char *mark, const char *unmarked)
{
    if (iface->alias[0])
        return g_str_equal(iface->alias, mark);
    return (iface->group & FIREWALL_GROUP_MASK) == FIREWALL_GROUP ||
           (unmarked && g_str_equal(iface->kind, unmarked));
}

bool device_remove(Nl *nl, const char *name, const char *mark, const char *unmarked, GError **error)
{
    g_auto(Iface) iface = iface_named(nl, name);

    return !iface.index || !is_ours(&iface, mark, unmarked) || delete_index(nl, iface.index, name, error);
}

bool device_is_there(Nl *nl, const char *name, const char *mark)
{
    g_auto(Iface) iface = iface_named(nl, name);

    return iface.index && g_str_equal(iface.alias, mark);
}

bool device_remove_bridge(Nl *host, const char *name, GError **error)
{
    g_auto(Iface) bridge = iface_named(host, name);
    bool used;

    if (!bridge.index || (!g_str_equal(bridge.alias, BRIDGE_MARK) &&
                          (bridge.alias[0] || bridge.group != FIREWALL_BRIDGE_GROUP)))
        return true;
    if (!iface_has_port(host, bridge.index, &used, error))
        return false;
    return used || delete_index(host, bridge.index, name, error);
}
