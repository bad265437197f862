/* survey-link.c - see survey-link.h. */
#include "survey-link.h"

#include "attr.h"
#include "nsfs.h"

#include <net/if.h> /* before linux/if.h, which then leaves out what is in both */

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/net_namespace.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HERE (-1) /* NETNSA_NSID_NOT_ASSIGNED: no number, so the link's own namespace */

/* What a link says of another: resolved when all are known. */
typedef struct Relation {
    json_t *link;    /* borrowed */
    uint32_t master; /* 0: none */
    uint32_t other;  /* IFLA_LINK: the other end of a pair, or what the link sits on. 0: none */
    int32_t where;   /* HERE, or the other's namespace by the number this one has for it */
} Relation;

typedef struct Links {
    json_t *list;
    GArray *relations;
} Links;

static void put_string(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_string(value));
}

void survey_append_once(json_t *array, json_t *entry)
{
    size_t i;
    json_t *other;
    json_array_foreach(array, i, other)
    {
        if (json_equal(other, entry)) {
            json_decref(entry);
            return;
        }
    }
    json_array_append_new(array, entry);
}

json_t *survey_link_by_index(const json_t *links, unsigned index)
{
    size_t i;
    json_t *link;
    json_array_foreach(links, i, link)
    {
        if (json_integer_value(json_object_get(link, "index")) == (json_int_t)index)
            return link;
    }
    return NULL;
}

json_t *survey_link_by_name(const json_t *links, const char *name)
{
    size_t i;
    json_t *link;
    json_array_foreach(links, i, link)
    {
        if (g_strcmp0(json_string_value(json_object_get(link, "name")), name) == 0)
            return link;
    }
    return NULL;
}

static const char *link_kind(const struct ifinfomsg *header, const Attributes *a)
{
    Attributes info = attr_read_nested(a->of[IFLA_LINKINFO]);
    const char *kind = attr_string(&info, IFLA_INFO_KIND);
    Attributes data = attr_read_nested(info.of[IFLA_INFO_DATA]);
    const uint8_t *type = attr_bytes(&data, IFLA_TUN_TYPE, 1);

    if (g_strcmp0(kind, "tun") == 0 && type && *type == IFF_TAP)
        return "tap";
    return kind ? kind : header->ifi_flags & IFF_LOOPBACK ? "loopback" : "physical";
}

/* "down" for a link set down; else what RFC 2863 calls its operational state. lo and tunnels never say: up,
 * if they are. */
static const char *link_state(const struct ifinfomsg *header, const Attributes *a)
{
    static const char *const words[] = {"up",      "not-present", "no-carrier", "no-carrier",
                                        "testing", "dormant",     "up"};
    const struct nlattr *state = a->of[IFLA_OPERSTATE];
    if (!(header->ifi_flags & IFF_UP))
        return "down";
    /* The operational state follows the carrier up to a second later (net/core/link_watch.c) */
    if (header->ifi_flags & IFF_LOWER_UP)
        return "up";
    return words[state && mnl_attr_get_u8(state) < G_N_ELEMENTS(words) ? mnl_attr_get_u8(state) : 0];
}

static void put_mac(json_t *link, const Attributes *a)
{
    const uint8_t *m = attr_bytes(a, IFLA_ADDRESS, 6);
    char text[18];
    if (!m)
        return;
    snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
    put_string(link, "mac", text);
}

static void note_relation(Links *links, json_t *link, const Attributes *a)
{
    Relation relation = {.link = link,
                         .master = attr_u32(a, IFLA_MASTER, 0),
                         .other = attr_u32(a, IFLA_LINK, 0),
                         .where = (int32_t)attr_u32(a, IFLA_LINK_NETNSID, (uint32_t)HERE)};
    if (relation.master || relation.other)
        g_array_append_val(links->relations, relation);
}

/* The kernel puts one of each kind of tunnel that it has loaded into every namespace, down and of no use
 * (net.core.fb_tunnels_only_for_init_net): nobody asked for them. */
static bool is_fallback(const struct ifinfomsg *header, const char *name)
{
    static const char *const names[] = {"gre0",    "gretap0", "erspan0", "tunl0",    "sit0",
                                        "ip6tnl0", "ip6gre0", "ip_vti0", "ip6_vti0", NULL};

    return !(header->ifi_flags & IFF_UP) && g_strv_contains(names, name);
}

static bool link_each(const struct nlmsghdr *message, void *user)
{
    Links *links = user;
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    if (message->nlmsg_type != RTM_NEWLINK || !attr_string(&a, IFLA_IFNAME) ||
        is_fallback(header, attr_string(&a, IFLA_IFNAME)) ||
        survey_link_by_index(links->list, (unsigned)header->ifi_index))
        return true;
    json_t *link = json_object();
    put_string(link, "name", attr_string(&a, IFLA_IFNAME));
    json_object_set_new(link, "index", json_integer(header->ifi_index));
    put_string(link, "kind", link_kind(header, &a));
    put_string(link, "state", link_state(header, &a));
    json_object_set_new(link, "mtu", json_integer(attr_u32(&a, IFLA_MTU, 0)));
    if (!(header->ifi_flags & IFF_LOOPBACK))
        put_mac(link, &a);
    if (attr_u32(&a, IFLA_GROUP, 0) != 0)
        json_object_set_new(link, "group", json_integer(attr_u32(&a, IFLA_GROUP, 0)));
    json_object_set_new(link, "addresses", json_array());
    note_relation(links, link, &a);
    json_array_append_new(links->list, link);
    return true;
}

static bool address_each(const struct nlmsghdr *message, void *user)
{
    Links *links = user;
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    Attributes a = attr_read(message, sizeof *header);
    json_t *link = survey_link_by_index(links->list, header->ifa_index);
    if (message->nlmsg_type != RTM_NEWADDR || !link)
        return true;
    /* on a point-to-point link IFA_ADDRESS is the other end */
    int which = a.of[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS;
    g_autofree char *text = attr_prefix(&a, which, header->ifa_family, header->ifa_prefixlen);
    if (text)
        survey_append_once(json_object_get(link, "addresses"), json_string(text));
    return true;
}

static bool take_nsid(const struct nlmsghdr *message, void *user)
{
    Attributes a = attr_read(message, sizeof(struct rtgenmsg));
    *(int32_t *)user = (int32_t)attr_u32(&a, NETNSA_NSID, (uint32_t)HERE);
    return true;
}

/* The number that @nl's namespace has for the caller's, HERE when it has none. A dump that shows a link over
 * there gives it one. */
static int32_t nsid_of_caller(Nl *nl)
{
    int32_t id = HERE;
    int home = nsfs_open_self(NULL);
    if (home < 0)
        return HERE;
    struct rtgenmsg any = {.rtgen_family = AF_UNSPEC};
    struct nlmsghdr *h = nl_add(nl, NULL, RTM_GETNSID, 0, &any, sizeof any);
    mnl_attr_put_u32(h, NETNSA_FD, (uint32_t)home);
    bool answered = nl_get(nl, take_nsid, &id, NULL);
    close(home);
    return answered ? id : HERE;
}

static bool is_pair(const char *kind)
{
    return g_strcmp0(kind, "veth") == 0 || g_strcmp0(kind, "netkit") == 0 || g_strcmp0(kind, "vxcan") == 0;
}

static void relate(const Links *links, const Relation *relation, int32_t outside)
{
    char room[IFNAMSIZ];
    const char *kind = json_string_value(json_object_get(relation->link, "kind"));
    const json_t *master = survey_link_by_index(links->list, relation->master);
    put_string(relation->link, "master", json_string_value(json_object_get(master, "name")));
    if (relation->where != HERE && relation->where == outside)
        put_string(relation->link, is_pair(kind) ? "peer" : "parent", if_indextoname(relation->other, room));
}

json_t *survey_links(Nl *nl, GError **error)
{
    Links links = {.list = json_array(), .relations = g_array_new(FALSE, FALSE, sizeof(Relation))};
    if (nl_dump(nl, RTM_GETLINK, AF_UNSPEC, link_each, &links, error) &&
        nl_dump(nl, RTM_GETADDR, AF_UNSPEC, address_each, &links, error)) {
        int32_t outside = nsid_of_caller(nl);
        for (guint i = 0; i < links.relations->len; i++)
            relate(&links, &g_array_index(links.relations, Relation, i), outside);
    } else {
        g_clear_pointer(&links.list, json_decref);
    }
    g_array_unref(links.relations);
    return links.list;
}
