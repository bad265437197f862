/* arrival.c - see arrival.h. */
#include "arrival.h"

#include "device.h"
#include "iface.h"
#include "inside.h"
#include "lock.h"
#include "parse.h"
#include "plan.h"
#include "record.h"
#include "route.h"
#include "servers.h"
#include "slaac.h"
#include "taken.h"
#include "undo.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <unistd.h>

typedef struct Arrival {
    const Offer *offer;
    Record *record;
    Conf *conf;
    LinkPlan *link;
    json_t *entry; /* of the record's links; borrowed */
    Nl *here, *inside;
    int nsfd;
} Arrival;

static void arrival_clear(Arrival *arrival)
{
    if (arrival->link)
        plan_link_free(arrival->link);
    nl_free(arrival->here);
    nl_free(arrival->inside);
    if (arrival->nsfd >= 0)
        close(arrival->nsfd);
    conf_free(arrival->conf);
    record_free(arrival->record);
}

static bool fail(GError **error, const char *what)
{
    g_set_error_literal(error, CONF_ERROR, CONF_ERROR_INVALID, what);
    return false;
}

/* By its name: the file may have changed since it was built. */
static json_t *entry_of(const Record *record, const char *label)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(record->detail, "links"), i, link)
    {
        if (g_strcmp0(json_string_value(json_object_get(link, "label")), label) == 0 &&
            json_is_true(json_object_get(link, "awaited")))
            return link;
    }
    return NULL;
}

static bool find_link(Arrival *arrival, GError **error)
{
    const GPtrArray *links = arrival->conf->links;

    for (guint i = 0; i < links->len; i++) {
        const LinkConf *link = links->pdata[i];
        if (!link->kind->awaits || !link->kind->awaits(link, arrival->offer->interface))
            continue;
        arrival->link = plan_link_new(arrival->conf, link, arrival->nsfd);
        arrival->entry = entry_of(arrival->record, link->label);
        return arrival->entry ||
               fail(error, "its file has changed since it was started: start it again first");
    }
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "no [Link] of Kind=vpn awaits an interface %s",
                arrival->offer->interface);
    return false;
}

/* NULL and an error where there is none that is up. */
static Record *record_up(const char *name, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Record) record = record_load(name, &unreadable);

    if (record && record->ready)
        return g_steal_pointer(&record);
    if (unreadable)
        g_propagate_error(error, g_steal_pointer(&unreadable));
    else
        (void)fail(error, "it is not up, or was not made by netns-broker");
    return NULL;
}

static Conf *conf_of(const Record *record, GError **error)
{
    return conf_load(record->name, record->asked ? record->type : NULL, CONF_STRICT, NULL, error);
}

static bool open_all(Arrival *arrival, const char *name, GError **error)
{
    arrival->record = record_up(name, error);
    if (!arrival->record)
        return false;
    arrival->nsfd = undo_namespace(arrival->record);
    if (arrival->nsfd < 0)
        return fail(error, "somebody has removed its network namespace");
    arrival->conf = conf_of(arrival->record, error);
    if (!arrival->conf || !find_link(arrival, error))
        return false;
    arrival->here = nl_open(error);
    arrival->inside = arrival->here ? nl_open_at(arrival->nsfd, error) : NULL;
    return arrival->inside != NULL;
}

/* What is offered; and by it everything, if the file does not say what. */
static bool take_offer(Arrival *arrival, GError **error)
{
    LinkPlan *link = arrival->link;
    const Offer *offer = arrival->offer;
    bool everything = link->conf->prefixes->len == 0;
    Families families = FAMILIES_NONE;

    g_ptr_array_set_size(link->addresses, 0);
    for (guint i = 0; i < offer->addresses->len; i++) {
        const IpPrefix *prefix = offer->addresses->pdata[i];
        if (prefix->address.family == AF_INET6 && arrival->conf->ns.ipv6 == TRISTATE_NO)
            continue;
        families |= prefix->address.family == AF_INET ? FAMILIES_IPV4 : FAMILIES_IPV6;
        g_ptr_array_add(link->addresses, g_memdup2(prefix, sizeof *prefix));
    }
    if (!families)
        return fail(error, "the VPN program says no address that could be its");
    for (guint i = 0; everything && i < offer->gateways->len; i++)
        g_ptr_array_add(link->gateways, g_memdup2(offer->gateways->pdata[i], sizeof(IpPrefix)));
    if (everything)
        plan_route_everything(link, families);
    return true;
}

/* Its routes and addresses go; what is the same is put back at once. */
static bool set_down(Arrival *arrival, GError **error)
{
    struct ifinfomsg down = {
        .ifi_family = AF_UNSPEC, .ifi_index = (int)arrival->link->index, .ifi_change = IFF_UP};

    nl_add(arrival->inside, g_strdup("cannot set it down"), RTM_NEWLINK, 0, &down, sizeof down);
    return nl_run(arrival->inside, error);
}

static bool forget_address(const struct nlmsghdr *message, void *user)
{
    Arrival *arrival = user;
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attr;

    if (header->ifa_index != arrival->link->index || header->ifa_scope == RT_SCOPE_LINK)
        return true;
    struct nlmsghdr *h = nl_add(arrival->here, g_strdup("cannot take an address away"), RTM_DELADDR, 0,
                                header, sizeof *header);
    nl_tolerate(arrival->here, EADDRNOTAVAIL); /* a secondary one goes with the first of its network */
    mnl_attr_for_each(attr, message, sizeof *header) if (mnl_attr_get_type(attr) == IFA_LOCAL ||
                                                         mnl_attr_get_type(attr) == IFA_ADDRESS)
        mnl_attr_put(h, mnl_attr_get_type(attr), mnl_attr_get_payload_len(attr), mnl_attr_get_payload(attr));
    return true;
}

/* Queued on a second socket while the first lists them. */
static bool forget_addresses(Arrival *arrival, GError **error)
{
    nl_free(arrival->here);
    arrival->here = nl_open_at(arrival->nsfd, error);
    return arrival->here &&
           nl_dump(arrival->inside, RTM_GETADDR, AF_UNSPEC, forget_address, arrival, error) &&
           nl_run(arrival->here, error);
}

static bool set_up(Arrival *arrival, GError **error)
{
    LinkPlan *link = arrival->link;
    g_autofree char *mark = device_mark(arrival->conf->name, link->conf->label);

    link->index = nl_ifindex(arrival->inside, link->name);
    if (!set_down(arrival, error) || !forget_addresses(arrival, error) ||
        !device_set(link, link->conf->mtu ? link->conf->mtu : arrival->offer->mtu, arrival->inside, error) ||
        !inside_link_sysctls(link, error))
        return false;
    slaac_queue(link, arrival->inside);
    device_queue_inner_mark(link, mark, arrival->inside);
    if (!nl_run(arrival->inside, error) || !route_add_addresses(link, arrival->inside, error) ||
        !device_up(link, arrival->inside, error))
        return false;
    if (link->conf->up != TRISTATE_NO) {
        route_queue_gateways(link, arrival->inside);
        route_queue_prefixes(link, arrival->inside);
    }
    return nl_run(arrival->inside, error);
}

/* Down when it is given back: nothing of the host's may go by it then. Under the host's lock, as others take.
 */
static bool move_in_locked(Arrival *arrival, GError **error)
{
    g_auto(Iface) iface = iface_named(arrival->here, arrival->offer->interface);

    if (!iface.index)
        return fail(error, "the interface is not there");
    if (!iface.kind[0])
        return fail(error, "the interface is hardware's; that is taken in by Kind=physical");
    if (!taken_found(arrival->link, arrival->conf, &iface, arrival->here, error))
        return false;
    json_object_set_new(arrival->link->taken, "up", json_false());
    json_object_set(arrival->entry, "taken", arrival->link->taken);
    return record_save(arrival->record, error) && nsfs_keep(arrival->nsfd, arrival->conf->name, error) &&
           taken_move_in(arrival->conf, arrival->link, arrival->here, arrival->inside, error);
}

static bool move_in(Arrival *arrival, GError **error)
{
    int lock = lock_take(LOCK_HOST, error);
    bool fine = lock >= 0 && move_in_locked(arrival, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

/* Is it inside, under the name that it has there? */
static bool is_inside(const Arrival *arrival)
{
    g_autofree char *mark = device_mark(arrival->conf->name, arrival->link->conf->label);

    return device_is_there(arrival->inside, arrival->link->name, mark);
}

/* Another one than that which is in: the name in here is the file's, not the program's. */
static bool is_another(const Arrival *arrival)
{
    g_auto(Iface) iface = iface_named(arrival->here, arrival->offer->interface);
    int here = nsfs_open_self(NULL);
    NsId a, b;
    bool outside =
        here >= 0 && nsfs_id(here, &a, NULL) && nsfs_id(arrival->nsfd, &b, NULL) && !nsfs_id_equal(a, b);

    if (here >= 0)
        close(here);
    return outside && iface.index;
}

static bool bring_in(Arrival *arrival, GError **error)
{
    if (!is_inside(arrival))
        return move_in(arrival, error);
    return !is_another(arrival) ||
           fail(error, "another VPN's interface is in already: end that program first");
}

static bool describe(Arrival *arrival, GError **error)
{
    json_t *addresses = json_array();

    for (guint i = 0; i < arrival->link->addresses->len; i++) {
        g_autofree char *text = ip_prefix_format(arrival->link->addresses->pdata[i]);
        json_array_append_new(addresses, json_string(text));
    }
    json_object_set_new(arrival->entry, "addresses", addresses);
    return record_save(arrival->record, error);
}

static bool take(const char *name, const Offer *offer, GError **error)
{
    Arrival arrival = {.offer = offer, .nsfd = -1};
    bool fine =
        open_all(&arrival, name, error) && take_offer(&arrival, error) && bring_in(&arrival, error) &&
        set_up(&arrival, error) &&
        servers_push(arrival.conf, arrival.record, arrival.nsfd, offer->servers, offer->domains, error) &&
        describe(&arrival, error);

    if (!fine && arrival.link && arrival.link->index) /* not with half of what was said */
        (void)set_down(&arrival, NULL);
    arrival_clear(&arrival);
    return fine;
}

bool arrival_take(const char *name, const Offer *offer, GError **error)
{
    int lock = lock_take(name, error);
    bool fine = lock >= 0 && take(name, offer, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

/* Is it the interface that is in? Another program's end is no business of this one's. */
static bool is_its(const Record *record, const char *interface)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(record->detail, "links"), i, link)
    {
        const json_t *taken = json_object_get(link, "taken");
        if (g_strcmp0(json_string_value(json_object_get(taken, "name")), interface) == 0)
            return true;
    }
    return false;
}

static bool end(const char *name, const Offer *offer, GError **error)
{
    g_autoptr(Record) record = record_up(name, error);
    g_autoptr(Conf) conf = record ? conf_of(record, error) : NULL;
    int nsfd = record ? undo_namespace(record) : -1;
    char *none[] = {NULL};
    bool fine =
        conf && (!is_its(record, offer->interface) || servers_push(conf, record, nsfd, none, none, error));

    if (nsfd >= 0)
        close(nsfd);
    return fine;
}

/* One that is not up has no name servers that could go. */
bool arrival_end(const char *name, const Offer *offer, GError **error)
{
    int lock = lock_take(name, error);
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(Record) record = lock >= 0 ? record_load(name, &unreadable) : NULL;
    bool down = lock >= 0 && !unreadable && (!record || !record->ready);
    bool fine = down || (lock >= 0 && end(name, offer, error));

    if (lock >= 0)
        close(lock);
    return fine;
}
