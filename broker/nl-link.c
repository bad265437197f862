/* nl-link.c - what is asked of an interface by its name. */
#include "nl.h"

#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

static bool take_index(const struct nlmsghdr *message, void *user)
{
    const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);

    *(unsigned *)user = (unsigned)link->ifi_index;
    return true;
}

/* RTEXT_FILTER_SKIP_STATS: an answer without the counters of every CPU. */
static bool get_link(Nl *nl, const char *name, NlEach each, void *user)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    struct nlmsghdr *h = nl_add(nl, NULL, RTM_GETLINK, 0, &link, sizeof link);

    mnl_attr_put_strz(h, strlen(name) < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
    mnl_attr_put_u32(h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return nl_get(nl, each, user, NULL);
}

/* By ioctl: RTM_GETLINK brings the carrier up to date first (rtnl_getlink, linkwatch_sync_dev), which walks
 * the host's IPv6 routes and grows with the number of namespaces. A netlink socket takes it, and answers for
 * the namespace it was opened in (netlink_ioctl hands it on to dev_ioctl). A name that can only be an altname
 * is asked for the long way. */
unsigned nl_ifindex(Nl *nl, const char *name)
{
    struct ifreq request = {};
    unsigned index = 0;

    if (strlen(name) >= IFNAMSIZ)
        return get_link(nl, name, take_index, &index) ? index : 0;
    strcpy(request.ifr_name, name);
    return ioctl(nl_fd(nl), SIOCGIFINDEX, &request) == 0 ? (unsigned)request.ifr_ifindex : 0;
}

static bool has_flag(Nl *nl, const char *name, int flag)
{
    struct ifreq request = {};

    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    return ioctl(nl_fd(nl), SIOCGIFFLAGS, &request) == 0 && request.ifr_flags & flag;
}

bool nl_is_set_up(Nl *nl, const char *name)
{
    return has_flag(nl, name, IFF_UP);
}

bool nl_has_carrier(Nl *nl, const char *name)
{
    return has_flag(nl, name, IFF_RUNNING);
}

void nl_settle(Nl *nl, const char *name)
{
    unsigned index;

    (void)get_link(nl, name, take_index, &index);
}

static bool take_group(const struct nlmsghdr *message, void *user)
{
    const struct nlattr *attr;

    mnl_attr_for_each(attr, message,
                      sizeof(struct ifinfomsg)) if (mnl_attr_get_type(attr) == IFLA_GROUP &&
                                                    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0) *
        (uint32_t *)user = mnl_attr_get_u32(attr);
    return true;
}

uint32_t nl_ifgroup(Nl *nl, const char *name)
{
    uint32_t group = 0;

    return get_link(nl, name, take_group, &group) ? group : NL_NO_GROUP;
}
