/* taken-back.c - see taken-back.h. */
#include "taken-back.h"

#include "device.h"
#include "iface.h"
#include "parse.h"
#include "say.h"
#include "wiphy.h"

#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

typedef struct Gift {
    const char *name; /* of the namespace */
    const json_t *was;
    const char *called; /* before it was taken */
    char *mark;
    int nsfd; /* the namespace, -1: it is gone */
    Iface now;
} Gift;

static const char *get(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static struct nlmsghdr *change(Nl *nl, const Gift *gift, const char *what, unsigned flags)
{
    struct ifinfomsg link = {
        .ifi_family = AF_UNSPEC, .ifi_index = (int)gift->now.index, .ifi_flags = flags, .ifi_change = IFF_UP};

    return nl_add(nl, g_strdup_printf("cannot %s %s", what, gift->called), RTM_NEWLINK, 0, &link,
                  sizeof link);
}

static void queue_forget(Nl *nl, const Gift *gift, const char *altname)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)gift->now.index};
    struct nlmsghdr *h = nl_add(nl, NULL, RTM_DELLINKPROP, 0, &link, sizeof link);
    struct nlattr *list = mnl_attr_nest_start(h, IFLA_PROP_LIST);

    mnl_attr_put_strz(h, IFLA_ALT_IFNAME, altname);
    mnl_attr_nest_end(h, list);
}

/* Alternative names would clash as names do, with an error that does not say which: they are given anew. */
static bool strip(const Gift *gift, Nl *inside, GError **error)
{
    for (char *const *name = gift->now.altnames; name && *name; name++)
        queue_forget(inside, gift, *name);
    return nl_run(inside, error);
}

/* By way of a name that is free on both sides, as the kernel chooses it for what a dying namespace leaves. */
static bool move_out(Gift *gift, Nl *inside, int outer_nsfd, Nl *outer, GError **error)
{
    int wiphy = wiphy_of(gift->nsfd, gift->now.index);
    struct nlmsghdr *h;

    if (!strip(gift, inside, error))
        return false;
    (void)change(inside, gift, "set down", 0);
    h = change(inside, gift, "give back", 0);
    mnl_attr_put_strz(h, IFLA_IFNAME, "dev%d");
    if (wiphy < 0) {
        h = change(inside, gift, "give back", 0);
        mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)outer_nsfd);
        mnl_attr_put_strz(h, IFLA_IFNAME, "dev%d");
    }
    if (!nl_run(inside, error) || (wiphy >= 0 && !wiphy_move(gift->nsfd, wiphy, outer_nsfd, error)))
        return false;
    iface_clear(&gift->now);
    return iface_of_alias(outer, gift->mark, &gift->now, error);
}

static bool is_called(const Gift *gift, Nl *outer, const char *name)
{
    g_auto(Iface) named = iface_named(outer, name);

    return named.index == gift->now.index;
}

/* udev may have seen it come and made its old name an alternative one: of its own, which is in the way. */
static bool rename_once(const Gift *gift, Nl *outer, GError **error)
{
    if (is_called(gift, outer, gift->called))
        queue_forget(outer, gift, gift->called);
    mnl_attr_put_strz(change(outer, gift, "rename", 0), IFLA_IFNAME, gift->called);
    return nl_run(outer, error);
}

/* A name that somebody else has by now is no failure: it is told. */
static void rename_back(const Gift *gift, Nl *outer, GError **error)
{
    g_autoptr(GError) clash = NULL;

    if (g_str_equal(gift->now.name, gift->called) || rename_once(gift, outer, NULL) ||
        rename_once(gift, outer, &clash))
        return;
    if (g_error_matches(clash, NL_ERROR, EEXIST))
        say_warning("%s: %s comes back as %s: there is another %s by now", gift->name, gift->called,
                    gift->now.name, gift->called);
    else
        g_propagate_error(error, g_steal_pointer(&clash));
}

static void altnames_back(const Gift *gift, Nl *outer)
{
    const json_t *names = json_object_get(gift->was, "altnames");
    size_t i;
    json_t *name;

    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name);
        g_autoptr(GError) clash = NULL;
        if (!text || is_called(gift, outer, text))
            continue;
        device_queue_altname(outer, gift->now.index, gift->called, text);
        if (!nl_run(outer, &clash) && !is_called(gift, outer, text))
            say_warning("%s: %s", gift->name, clash->message);
    }
}

/* Each by itself: one that the kernel refuses does not keep the others. */
static void settings_back(const Gift *gift, Nl *outer)
{
    g_autoptr(GError) refused = NULL;
    const char *mac = get(gift->was, "mac");
    json_int_t mtu = json_integer_value(json_object_get(gift->was, "mtu"));
    MacAddress address;

    if (mtu && mtu != (json_int_t)gift->now.mtu)
        mnl_attr_put_u32(change(outer, gift, "set the MTU of", 0), IFLA_MTU, (uint32_t)mtu);
    if (mac && mac_address_parse(mac, &address, NULL) &&
        (!gift->now.mac.set || memcmp(address.bytes, gift->now.mac.bytes, sizeof address.bytes) != 0))
        mnl_attr_put(change(outer, gift, "set the MAC address of", 0), IFLA_ADDRESS, sizeof address.bytes,
                     address.bytes);
    if (!nl_run(outer, &refused))
        say_warning("%s: %s", gift->name, refused->message);
}

static void master_back(const Gift *gift, Nl *outer)
{
    const char *name = get(gift->was, "master");
    unsigned master = name ? nl_ifindex(outer, name) : 0;
    g_autoptr(GError) refused = NULL;

    if (!name || master == gift->now.master)
        return;
    if (!master) {
        say_warning("%s: %s was a port of %s, which is not there any more", gift->name, gift->called, name);
        return;
    }
    mnl_attr_put_u32(change(outer, gift, "make a port again of", 0), IFLA_MASTER, master);
    if (!nl_run(outer, &refused))
        say_warning("%s: %s", gift->name, refused->message);
}

/* The alias last but one: until then, and after a failure, whoever finds the record goes on from here. */
static bool restore(const Gift *gift, Nl *outer, GError **error)
{
    const char *alias = get(gift->was, "alias");
    GError *failure = NULL;

    rename_back(gift, outer, &failure);
    altnames_back(gift, outer);
    settings_back(gift, outer);
    master_back(gift, outer);
    if (!failure)
        device_queue_alias(outer, gift->now.index, alias ? alias : "");
    if (json_is_true(json_object_get(gift->was, "up")))
        (void)change(outer, gift, "bring up", IFF_UP);
    (void)nl_run(outer, failure ? NULL : &failure);
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

static bool give_back(Gift *gift, const json_t *link, Nl *inside, int outer_nsfd, Nl *outer, GError **error)
{
    if (inside && !iface_of_alias(inside, gift->mark, &gift->now, error))
        return false;
    if (gift->now.index && !move_out(gift, inside, outer_nsfd, outer, error))
        return false;
    if (!gift->now.index && !iface_of_alias(outer, gift->mark, &gift->now, error))
        return false;
    if (gift->now.index)
        return restore(gift, outer, error);
    /* a VPN's goes with its program, untold; one with its old name is back, from a down that was killed */
    if (json_is_true(json_object_get(link, "moved_in")) && !nl_ifindex(outer, gift->called))
        say_warning("%s: %s was taken into it and is not to be found any more", gift->name, gift->called);
    return true;
}

bool taken_give_back(const char *name, const json_t *link, int nsfd, Nl *inside, int outer_nsfd, Nl *outer,
                     GError **error)
{
    Gift gift = {.name = name, .nsfd = nsfd, .was = json_object_get(link, "taken")};
    bool fine;

    gift.called = get(gift.was, "name");
    if (!gift.called)
        return true;
    gift.mark = device_mark(name, get(link, "label"));
    fine = give_back(&gift, link, inside, outer_nsfd, outer, error);
    iface_clear(&gift.now);
    g_free(gift.mark);
    return fine;
}
