/* iface.c - see iface.h. */
#include "iface.h"

#include "attr.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void iface_clear(Iface *iface)
{
    g_clear_pointer(&iface->altnames, g_strfreev);
    *iface = (Iface){};
}

static void take_text(const struct nlattr *attr, char *ret, size_t size)
{
    if (attr)
        g_strlcpy(ret, mnl_attr_get_payload(attr), MIN(size, mnl_attr_get_payload_len(attr) + 1u));
}

static void take_mac(const Attributes *a, int type, MacAddress *ret)
{
    const void *bytes = attr_bytes(a, type, sizeof ret->bytes);

    ret->set = bytes != NULL;
    if (bytes)
        memcpy(ret->bytes, bytes, sizeof ret->bytes);
}

static char **take_altnames(const struct nlattr *list)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const struct nlattr *attr;

    if (!list)
        return NULL;
    mnl_attr_for_each_nested(attr, list) if (mnl_attr_get_type(attr) == IFLA_ALT_IFNAME &&
                                             mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
        g_ptr_array_add(names, g_strdup(mnl_attr_get_str(attr)));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static Iface iface_read(const struct nlmsghdr *message)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    Iface iface = {.index = (unsigned)header->ifi_index,
                   .flags = header->ifi_flags,
                   .mtu = attr_u32(&a, IFLA_MTU, 0),
                   .master = attr_u32(&a, IFLA_MASTER, 0),
                   .group = attr_u32(&a, IFLA_GROUP, 0),
                   .altnames = take_altnames(a.of[IFLA_PROP_LIST])};

    take_text(a.of[IFLA_IFNAME], iface.name, sizeof iface.name);
    take_text(a.of[IFLA_IFALIAS], iface.alias, sizeof iface.alias);
    take_mac(&a, IFLA_ADDRESS, &iface.mac);
    take_mac(&a, IFLA_PERM_ADDRESS, &iface.permanent);
    if (a.of[IFLA_LINKINFO]) {
        Attributes info = attr_read_nested(a.of[IFLA_LINKINFO]);
        take_text(info.of[IFLA_INFO_KIND], iface.kind, sizeof iface.kind);
    }
    return iface;
}

static bool take(const struct nlmsghdr *message, void *user)
{
    iface_clear(user);
    *(Iface *)user = iface_read(message);
    return true;
}

static Iface ask(Nl *nl, unsigned index, const char *name)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    struct nlmsghdr *h = nl_add(nl, NULL, RTM_GETLINK, 0, &link, sizeof link);
    Iface found = {};

    /* IFLA_ALT_IFNAME finds a plain name too (net/core/rtnetlink.c, rtnl_dev_get) */
    if (name)
        mnl_attr_put_strz(h, strlen(name) < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
    (void)nl_get(nl, take, &found, NULL);
    return found;
}

Iface iface_named(Nl *nl, const char *name)
{
    return ask(nl, 0, name);
}

Iface iface_numbered(Nl *nl, unsigned index)
{
    return ask(nl, index, NULL);
}

typedef struct Search {
    bool (*fits)(const Iface *iface, const void *what);
    const void *what;
    Iface *found;
} Search;

static bool try_one(const struct nlmsghdr *message, void *user)
{
    Search *search = user;
    g_auto(Iface) iface = iface_read(message);

    if (!search->found->index && search->fits(&iface, search->what)) {
        *search->found = iface;
        iface.altnames = NULL;
    }
    return true;
}

static bool search(Nl *nl, bool (*fits)(const Iface *, const void *), const void *what, Iface *ret,
                   GError **error)
{
    Search search = {fits, what, ret};

    *ret = (Iface){};
    return nl_dump(nl, RTM_GETLINK, AF_UNSPEC, try_one, &search, error);
}

static bool has_alias(const Iface *iface, const void *alias)
{
    return g_str_equal(iface->alias, (const char *)alias);
}

bool iface_of_alias(Nl *nl, const char *alias, Iface *ret, GError **error)
{
    return search(nl, has_alias, alias, ret, error);
}

static bool has_mac(const Iface *iface, const MacAddress *mac)
{
    const MacAddress *own = iface->permanent.set ? &iface->permanent : &iface->mac;

    return own->set && memcmp(own->bytes, mac->bytes, sizeof mac->bytes) == 0;
}

static bool has_name(const Iface *iface, const char *name)
{
    return g_str_equal(iface->name, name) ||
           (iface->altnames && g_strv_contains((const char *const *)iface->altnames, name));
}

static char *path_of_udev(unsigned index)
{
    g_autofree char *file = g_strdup_printf("/run/udev/data/n%u", index), *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return NULL;
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, "E:ID_PATH="))
            return g_strdup(*line + strlen("E:ID_PATH="));
    return NULL;
}

/* "0000:03:00.0" */
static bool is_pci(const char *word)
{
    unsigned domain, bus, slot, function;
    int length = 0;

    return sscanf(word, "%x:%x:%x.%u%n", &domain, &bus, &slot, &function, &length) == 4 && !word[length];
}

/* udev's word for what sits on PCI, with nothing further in between but a virtio bus; where udev does not
 * run, or has not looked yet. */
static char *path_of_sysfs(const char *name)
{
    g_autofree char *link = g_strdup_printf("/sys/class/net/%s/device", name);
    char *real = realpath(link, NULL), *path = NULL;
    g_auto(GStrv) words = real ? g_strsplit(real, "/", -1) : NULL;

    for (char **word = words; word && *word; word++)
        if (is_pci(*word)) {
            g_free(path);
            path = g_strconcat("pci-", *word, NULL);
        }
    free(real);
    return path;
}

static bool has_path(const Iface *iface, const char *path)
{
    g_autofree char *udev = path_of_udev(iface->index), *sysfs = udev ? NULL : path_of_sysfs(iface->name);

    return g_strcmp0(udev ? udev : sysfs, path) == 0;
}

static bool has_phy(const Iface *iface, const char *phy)
{
    g_autofree char *link = g_strdup_printf("/sys/class/net/%s/phy80211", iface->name);
    char *real = realpath(link, NULL);
    bool fine = real && g_str_equal(strrchr(real, '/') + 1, phy);

    free(real);
    return fine;
}

/* An interface on top of another has that one's address: only what is of hardware is told by its own. */
static bool fits_match(const Iface *iface, const void *what)
{
    const LinkMatch *match = what;

    return (!match->name || has_name(iface, match->name)) &&
           (!match->mac || (has_mac(iface, match->mac) && (match->name || !iface->kind[0]))) &&
           (!match->phy || has_phy(iface, match->phy)) &&
           (!match->path || (has_path(iface, match->path) && !iface->kind[0]));
}

bool iface_matching(Nl *nl, const LinkMatch *match, Iface *ret, GError **error)
{
    return search(nl, fits_match, match, ret, error);
}

static bool is_port(const Iface *iface, const void *bridge)
{
    return iface->master == *(const unsigned *)bridge;
}

bool iface_has_port(Nl *nl, unsigned bridge, bool *ret, GError **error)
{
    g_auto(Iface) port = {};
    bool fine = search(nl, is_port, &bridge, &port, error);

    *ret = port.index != 0;
    return fine;
}
