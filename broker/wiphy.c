/* wiphy.c - see wiphy.h. */
#include "wiphy.h"

#include "attr.h"
#include "nl-generic.h"

#include <linux/genetlink.h>
#include <linux/nl80211.h>
#include <unistd.h>

/* There once the kernel has any Wi-Fi: to ask for the family would load it. */
#define CLASS "/sys/class/ieee80211"

static bool take(const struct nlmsghdr *message, void *user)
{
    Attributes a = attr_read(message, sizeof(struct genlmsghdr));

    *(int *)user = (int)attr_u32(&a, NL80211_ATTR_WIPHY, (uint32_t)-1);
    return true;
}

int wiphy_of(int nsfd, unsigned index)
{
    g_autoptr(Nl) nl = access(CLASS, F_OK) == 0 ? nl_open_generic_at(nsfd, NULL) : NULL;
    uint16_t family;
    int wiphy = -1;

    if (!nl || !nl_generic_family(nl, NL80211_GENL_NAME, &family, NULL))
        return -1;
    mnl_attr_put_u32(nl_generic_add(nl, NULL, family, NL80211_CMD_GET_INTERFACE, 0), NL80211_ATTR_IFINDEX,
                     index);
    return nl_get(nl, take, &wiphy, NULL) ? wiphy : -1;
}

bool wiphy_move(int nsfd, int wiphy, int target_nsfd, GError **error)
{
    g_autoptr(Nl) nl = nl_open_generic_at(nsfd, error);
    uint16_t family;
    struct nlmsghdr *h;

    if (!nl || !nl_generic_family(nl, NL80211_GENL_NAME, &family, error))
        return false;
    h = nl_generic_add(nl, g_strdup("cannot move the radio"), family, NL80211_CMD_SET_WIPHY_NETNS, 0);
    mnl_attr_put_u32(h, NL80211_ATTR_WIPHY, (uint32_t)wiphy);
    mnl_attr_put_u32(h, NL80211_ATTR_NETNS_FD, (uint32_t)target_nsfd);
    return nl_run(nl, error);
}
