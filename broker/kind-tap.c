/* kind-tap.c - a tap or tun for a program inside to open: a virtual machine, or a VPN that runs in here. It
 * stays when the program ends. */
#include "link.h"
#include "parse.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <pwd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLONE_DEVICE "/dev/net/tun"

typedef struct TapConf {
    char *user, *group;
    Tristate multi_queue, vnet_header, packet_info;
} TapConf;

static const ConfKey tap_keys[] = {
    CONF_KEY("User", TapConf, user),
    CONF_KEY("Group", TapConf, group),
    CONF_KEY("MultiQueue", TapConf, multi_queue),
    CONF_KEY("VNetHeader", TapConf, vnet_header),
    CONF_KEY("PacketInfo", TapConf, packet_info),
    {},
};

static bool fail(const LinkPlan *plan, const char *key, GError **error, const char *what, int errnum)
{
    g_autofree char *why =
        g_strdup_printf("%s%s%s", what, errnum ? ": " : "", errnum ? strerrordesc_np(errnum) : "");

    return link_fail(plan->conf, key, error, why);
}

/* A name or a number. */
static bool user_id(const char *name, uint32_t *ret)
{
    const struct passwd *entry = number_read(name, ret) ? NULL : getpwnam(name);

    if (entry)
        *ret = entry->pw_uid;
    return entry || number_read(name, ret);
}

static bool group_id(const char *name, uint32_t *ret)
{
    const struct group *entry = number_read(name, ret) ? NULL : getgrnam(name);

    if (entry)
        *ret = entry->gr_gid;
    return entry || number_read(name, ret);
}

static bool set_owner(const LinkPlan *plan, int fd, GError **error)
{
    const TapConf *tap = plan->conf->own;
    uint32_t id;

    if (tap->user && !user_id(tap->user, &id))
        return fail(plan, "User", error, "there is no such user", 0);
    if (tap->user && ioctl(fd, TUNSETOWNER, (unsigned long)id) < 0)
        return fail(plan, "User", error, "cannot be its owner", errno);
    if (tap->group && !group_id(tap->group, &id))
        return fail(plan, "Group", error, "there is no such group", 0);
    if (tap->group && ioctl(fd, TUNSETGROUP, (unsigned long)id) < 0)
        return fail(plan, "Group", error, "cannot be its group", errno);
    return true;
}

static bool set_up(const LinkPlan *plan, int fd, GError **error)
{
    const TapConf *tap = plan->conf->own;
    struct ifreq request = {};
    int flags = g_str_equal(plan->conf->kind->name, "tap") ? IFF_TAP : IFF_TUN;

    flags |= tap->packet_info == TRISTATE_YES ? 0 : IFF_NO_PI;
    flags |= tap->multi_queue == TRISTATE_YES ? IFF_MULTI_QUEUE : 0;
    flags |= tap->vnet_header == TRISTATE_YES ? IFF_VNET_HDR : 0;
    request.ifr_flags = (short)flags;
    g_strlcpy(request.ifr_name, plan->name, sizeof request.ifr_name);
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        return fail(plan, "Kind", error, "cannot make it", errno);
    /* last: until it persists it goes with the file */
    return set_owner(plan, fd, error) &&
           (ioctl(fd, TUNSETPERSIST, 1UL) == 0 || fail(plan, "Kind", error, "cannot keep it", errno));
}

/* Inside: the device belongs to the namespace of who opens the file. */
static bool tap_make(const LinkPlan *plan, GError **error)
{
    int fd = open(CLONE_DEVICE, O_RDWR | O_CLOEXEC);
    bool fine;

    if (fd < 0)
        return fail(plan, "Kind", error, CLONE_DEVICE, errno);
    fine = set_up(plan, fd, error);
    close(fd);
    return fine;
}

/* IFLA_INFO_KIND is the same for both (drivers/net/tun.c, tun_link_ops) */
#define TAP(NAME, ETHERNET)                                                                                  \
    const LinkKind kind_##NAME = {                                                                           \
        .name = #NAME,                                                                                       \
        .device = "tun",                                                                                     \
        .has_no_mac = !(ETHERNET),                                                                           \
        .has_own_mac = (ETHERNET) ? link_always : NULL,                                                      \
        .conf_size = sizeof(TapConf),                                                                        \
        .keys = tap_keys,                                                                                    \
        .make = tap_make,                                                                                    \
    }

TAP(tap, true);
TAP(tun, false);
