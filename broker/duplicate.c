/* duplicate.c - see duplicate.h.
 *
 * The kernel asks after a delay of up to a second, and takes an address for its own when nobody has answered
 * for another (RFC 4862, 5.4; net/ipv6/addrconf.c, addrconf_dad_kick). */
#include "duplicate.h"

#include "attr.h"
#include "parse.h"
#include "route.h"

#include <linux/if_addr.h>
#include <net/if.h>
#include <string.h>

#define WAIT_USEC (3 * G_USEC_PER_SEC)
#define PAUSE_USEC 20000

typedef struct Look {
    const Plan *plan;
    bool waiting;
    const LinkPlan *link; /* that has a duplicate */
    IpAddress address;
} Look;

static const LinkPlan *link_of(const Plan *plan, unsigned index)
{
    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        if (link->index == index)
            return link;
    }
    return NULL;
}

/* Only those that we gave: a link-local one is the kernel's business. */
static bool is_ours(const LinkPlan *link, const IpAddress *address)
{
    for (guint i = 0; i < link->addresses->len; i++)
        if (ip_address_equal(&((const IpPrefix *)link->addresses->pdata[i])->address, address))
            return true;
    return false;
}

static bool take(const struct nlmsghdr *message, void *user)
{
    Look *look = user;
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    const void *bytes = attr_bytes(&a, IFA_ADDRESS, 16);
    const LinkPlan *link = link_of(look->plan, header->ifa_index);
    uint32_t flags = attr_u32(&a, IFA_FLAGS, header->ifa_flags);
    IpAddress address = {.family = AF_INET6};

    if (!bytes || !link)
        return true;
    memcpy(address.bytes, bytes, 16);
    if (!is_ours(link, &address))
        return true;
    if (flags & IFA_F_DADFAILED) {
        look->link = link;
        look->address = address;
    } else if (flags & IFA_F_TENTATIVE) {
        look->waiting = look->waiting || nl_has_carrier(look->plan->inside, link->name);
    }
    return true;
}

static bool is_wanted(const Plan *plan)
{
    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        for (guint j = 0; j < link->addresses->len && route_wants_dad(link->conf); j++)
            if (((const IpPrefix *)link->addresses->pdata[j])->address.family == AF_INET6)
                return true;
    }
    return false;
}

static bool fail(const Look *look, GError **error)
{
    g_autofree char *text = ip_address_format(&look->address), *cite = NULL;

    for (guint i = 0; i < look->link->addresses->len; i++) {
        const IpPrefix *prefix = look->link->addresses->pdata[i];
        if (ip_address_equal(&prefix->address, &look->address) && prefix->line)
            cite = conf_cite_line(prefix->line);
    }
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                "%s: %s is a duplicate: somebody else on this network has it",
                cite ? cite : look->link->conf->label, text);
    return false;
}

bool duplicate_wait(const Plan *plan, GError **error)
{
    gint64 end = g_get_monotonic_time() + WAIT_USEC;
    Look look = {.plan = plan, .waiting = is_wanted(plan)};

    while (look.waiting && g_get_monotonic_time() < end) {
        look.waiting = false;
        if (!nl_dump(plan->inside, RTM_GETADDR, AF_INET6, take, &look, error))
            return false;
        if (look.link)
            return fail(&look, error);
        if (look.waiting)
            g_usleep(PAUSE_USEC);
    }
    return true;
}

typedef struct LocalLook {
    unsigned index;
    bool found;
} LocalLook;

static bool take_local(const struct nlmsghdr *message, void *user)
{
    LocalLook *look = user;
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    const void *bytes = attr_bytes(&a, IFA_ADDRESS, 16);
    IpAddress address = {.family = AF_INET6};

    if (!bytes || header->ifa_index != look->index)
        return true;
    memcpy(address.bytes, bytes, 16);
    if (ip_address_is_link_local(&address) &&
        !(attr_u32(&a, IFA_FLAGS, header->ifa_flags) & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
        look->found = true;
    return true;
}

bool duplicate_wait_local(const char *interface)
{
    g_autoptr(Nl) nl = nl_open(NULL);
    LocalLook look = {.index = nl && interface ? nl_ifindex(nl, interface) : 0};

    while (look.index && nl_dump(nl, RTM_GETADDR, AF_INET6, take_local, &look, NULL) && !look.found) {
        g_usleep(PAUSE_USEC * 5);
        look.index = nl_ifindex(nl, interface);
    }
    return look.found;
}
