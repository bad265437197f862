/* taken.c - see taken.h. */
#include "taken.h"

#include "device.h"
#include "firewall.h"
#include "iface.h"
#include "ip.h"
#include "nsfs.h"
#include "wiphy.h"

#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#define MARK "netns-broker:"

static char *cite(const LinkConf *link)
{
    return conf_cite(link->lines, link->kind->match ? link->kind->match(link).key : "Interface");
}

static bool fail(const LinkConf *link, GError **error, const char *why, const char *who)
{
    g_autofree char *where = cite(link);

    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s%s", where, why, who);
    return false;
}

/* Another namespace's, or an end of one in the host; what was left by a former start of this one is taken
 * again. */
static bool may_be_taken(const Conf *conf, const LinkConf *link, const Iface *iface, GError **error)
{
    g_autofree char *mark = device_mark(conf->name, link->label);
    bool marked = g_str_has_prefix(iface->alias, MARK);

    if (marked && !g_str_equal(iface->alias, mark))
        return fail(link, error, "is an interface of namespace ", iface->alias + strlen(MARK));
    if (!marked && (iface->group & FIREWALL_GROUP_MASK) == FIREWALL_GROUP)
        return fail(link, error, "is the end of a namespace", "");
    return !(iface->flags & IFF_LOOPBACK) || fail(link, error, "each namespace has a lo of its own", "");
}

static json_t *words(char *const *all)
{
    json_t *list = json_array();

    for (char *const *word = all; word && *word; word++)
        json_array_append_new(list, json_string(*word));
    return list;
}

static json_t *remember(const Iface *iface, Nl *outer)
{
    g_autofree char *mac = iface->mac.set ? mac_address_format(&iface->mac) : NULL;
    g_auto(Iface) master = iface->master ? iface_numbered(outer, iface->master) : (Iface){};
    bool marked = g_str_has_prefix(iface->alias, MARK);

    return json_pack("{s:s, s:o, s:s*, s:s*, s:I, s:b, s:s*}", "name", iface->name, "altnames",
                     words(iface->altnames), "alias", iface->alias[0] && !marked ? iface->alias : NULL, "mac",
                     mac, "mtu", (json_int_t)iface->mtu, "up", !!(iface->flags & IFF_UP), "master",
                     master.index ? master.name : NULL);
}

bool taken_find(LinkPlan *plan, const Conf *conf, Nl *outer, GError **error)
{
    const LinkConf *link = plan->conf;
    const LinkMatch match = link->kind->match(link);
    g_auto(Iface) iface = {};

    if (!iface_matching(outer, &match, &iface, error))
        return false;
    if (!iface.index && link->parent_namespace)
        return fail(link, error, "no such interface in namespace ", link->parent_namespace);
    if (!iface.index)
        return fail(link, error, "no such interface in the host", "");
    return taken_found(plan, conf, &iface, outer, error);
}

bool taken_found(LinkPlan *plan, const Conf *conf, const Iface *iface, Nl *outer, GError **error)
{
    if (!may_be_taken(conf, plan->conf, iface, error))
        return false;
    plan->parent = iface->index;
    plan->taken = remember(iface, outer);
    return true;
}

void taken_describe(const Plan *plan, json_t *detail)
{
    json_t *links = json_object_get(detail, "links");

    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        if (link->taken)
            json_object_set(json_array_get(links, i), "taken", link->taken);
    }
}

/* The kernel sets it down on the way; what belongs to the host's network (addresses, a bridge's port) goes.
 */
static bool move_link(const LinkPlan *plan, Nl *outer, GError **error)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)plan->parent};
    g_autofree char *where = cite(plan->conf);
    struct nlmsghdr *h =
        nl_add(outer, g_strdup_printf("%s: cannot be moved in", where), RTM_NEWLINK, 0, &link, sizeof link);

    mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)plan->nsfd);
    mnl_attr_put_strz(h, IFLA_IFNAME, plan->name);
    return nl_run(outer, error);
}

/* Under whatever name it arrives. */
static bool rename_inside(const LinkPlan *plan, const char *mark, Nl *inside, GError **error)
{
    g_auto(Iface) now = {};
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    g_autofree char *where = cite(plan->conf);

    if (!iface_of_alias(inside, mark, &now, error))
        return false;
    if (g_str_equal(now.name, plan->name))
        return true;
    link.ifi_index = (int)now.index;
    mnl_attr_put_strz(nl_add(inside, g_strdup_printf("%s: cannot become %s", where, plan->name), RTM_NEWLINK,
                             0, &link, sizeof link),
                      IFLA_IFNAME, plan->name);
    return nl_run(inside, error);
}

static bool move_from(int home, const LinkPlan *plan, const char *mark, Nl *outer, Nl *inside, GError **error)
{
    int wiphy = wiphy_of(home, plan->parent);

    device_queue_alias(outer, plan->parent, mark);
    if (!nl_run(outer, error))
        return false;
    if (wiphy < 0)
        return move_link(plan, outer, error);
    return wiphy_move(home, wiphy, plan->nsfd, error) && rename_inside(plan, mark, inside, error);
}

static bool move(const LinkPlan *plan, const char *mark, Nl *outer, Nl *inside, GError **error)
{
    int here = plan->outer_nsfd >= 0 ? -1 : nsfs_open_self(error);
    int home = plan->outer_nsfd >= 0 ? plan->outer_nsfd : here;
    bool fine = home >= 0 && move_from(home, plan, mark, outer, inside, error);

    if (here >= 0)
        close(here);
    return fine;
}

bool taken_move_in(const Conf *conf, LinkPlan *plan, Nl *outer, Nl *inside, GError **error)
{
    g_autofree char *mark = device_mark(conf->name, plan->conf->label);
    g_auto(Iface) now = iface_numbered(outer, plan->parent);

    /* somebody may have been quicker since it was found */
    if (!now.index)
        return fail(plan->conf, error, "is no longer there", "");
    return may_be_taken(conf, plan->conf, &now, error) && move(plan, mark, outer, inside, error) &&
           device_set(plan, plan->conf->mtu, inside, error);
}
