/* undo.c - see undo.h. Nothing here relies on the last reference to a namespace: any user can keep one alive
 * by opening /run/netns/NAME, so links are removed one by one. */
#include "undo.h"

#include "device.h"
#include "dhcp.h"
#include "dns-guard.h"
#include "end.h"
#include "endpoint.h"
#include "etc-file.h"
#include "etc-mount.h"
#include "firewall.h"
#include "forwarding.h"
#include "hold.h"
#include "inside.h"
#include "lease-guard.h"
#include "lock.h"
#include "ports.h"
#include "route-flush.h"
#include "servers.h"
#include "taken-back.h"
#include "wake.h"
#include "ways.h"

#include <string.h>
#include <unistd.h>

int undo_namespace(const Record *record)
{
    return nsfs_only(nsfs_open(record->name, NULL), record->id);
}

bool undo_has_gone(const Record *record)
{
    int fd = undo_namespace(record);

    if (fd >= 0)
        close(fd);
    return fd < 0 && record->id.ino != 0;
}

/* Keeps the first error. @now by its address: which argument of a call is evaluated first is the compiler's
 * choice, and the error is there only after the one that fails. */
static void keep(bool fine, GError **first, GError **now)
{
    if (!fine && *now && !*first)
        *first = g_steal_pointer(now);
    g_clear_error(now);
}

static const char *get(const json_t *link, const char *key)
{
    return json_string_value(json_object_get(link, key));
}

/* The socket of the namespace that holds the outer end, else the host's. NULL: it is gone, and the link with
 * it. */
static Nl *outer_socket(const json_t *link, Nl *host, Nl **ret_owned)
{
    const char *peer = get(link, "peer_namespace");
    int fd;

    if (!peer)
        return host;
    fd = nsfs_open(peer, NULL);
    *ret_owned = fd >= 0 ? nl_open_at(fd, NULL) : NULL;
    if (fd >= 0)
        close(fd);
    return *ret_owned;
}

/* What is awaited comes and goes. */
static bool link_intact(const Record *record, const json_t *link, Nl *inside, Nl *host)
{
    if (json_is_true(json_object_get(link, "awaited")))
        return true;
    const char *label = json_object_get(link, "taken") ? get(link, "label") : NULL;
    g_autofree char *mark = device_mark(record->name, label);
    const char *name = get(link, "name"), *host_name = get(link, "host");
    g_autoptr(Nl) owned = NULL;
    Nl *outer = outer_socket(link, host, &owned);
    g_autofree char *fault = NULL;

    if (!name || !device_is_there(inside, name, mark))
        return false;
    if (!host_name)
        return true;
    if (!outer || !device_is_there(outer, host_name, mark))
        return false;
    fault = end_fault(link, inside, outer);
    return !fault;
}

bool undo_intact(const Record *record, int nsfd, Nl *host)
{
    g_autoptr(Nl) inside = nl_open_at(nsfd, NULL);
    const json_t *links = json_object_get(record->detail, "links");
    size_t i;
    json_t *link;

    if (!inside)
        return false;
    json_array_foreach(links, i, link) if (!link_intact(record, link, inside, host)) return false;
    return true;
}

/* Under the host's lock: another namespace may be about to put its port on it. */
static bool remove_bridge(Nl *host, const char *bridge, GError **error)
{
    int lock = lock_take(LOCK_HOST, error);
    bool fine = lock >= 0 && device_remove_bridge(host, bridge, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

/* Where it came from, or the host where that is gone. Under the host's lock, as it is taken. */
static bool give_back(const Record *record, json_t *link, int nsfd, Nl *inside, Nl *host, GError **error)
{
    const char *peer = get(link, "peer_namespace");
    int lock = lock_take(LOCK_HOST, error), fd = peer ? nsfs_open(peer, NULL) : -1;
    g_autoptr(Nl) other = fd >= 0 ? nl_open_at(fd, NULL) : NULL;
    bool fine;

    if (fd < 0)
        fd = nsfs_open_self(NULL);
    fine = lock >= 0 && taken_give_back(record->name, link, nsfd, inside, fd, other ? other : host, error);
    if (fine) { /* it is looked for but once */
        json_object_del(link, "taken");
        json_object_del(link, "moved_in");
    }
    if (fd >= 0)
        close(fd);
    if (lock >= 0)
        close(lock);
    return fine;
}

/* The kernel's word for a kind. */
static const char *device_of(const char *name)
{
    const LinkKind *kind = name ? link_kind_find(name) : NULL;

    return kind ? link_device(kind) : name;
}

static bool remove_link(const Record *record, json_t *link, int nsfd, Nl *inside, Nl *host, GError **error)
{
    g_autofree char *mark = device_mark(record->name, NULL);
    const char *name = get(link, "name"), *host_name = get(link, "host"), *bridge = get(link, "bridge");
    const char *transit = get(link, "transit");
    g_autoptr(Nl) owned = NULL;
    Nl *outer = outer_socket(link, host, &owned);
    GError *now = NULL, *first = NULL;

    /* the outer end first: of a pair it takes the inner one along, and one removal costs 20 ms */
    if (host_name && outer)
        keep(device_remove(outer, host_name, mark, NULL, &now), &first, &now);
    if (transit && outer)
        keep(device_remove(outer, transit, mark, NULL, &now), &first, &now);
    if (json_object_get(link, "taken"))
        keep(give_back(record, link, nsfd, inside, host, &now), &first, &now);
    else if (name && inside)
        keep(device_remove(inside, name, mark, record->adopted ? NULL : device_of(get(link, "kind")), &now),
             &first, &now);
    if (bridge)
        keep(remove_bridge(host, bridge, &now), &first, &now);
    if (first)
        g_propagate_error(error, first);
    return !first;
}

/* What of the host is ours for this namespace: ways out, elements in the firewall's table, its need for
 * forwarding. */
static bool release_host(const Record *record, Nl *host, GError **error)
{
    int lock = lock_take(LOCK_HOST, error);
    GError *now = NULL, *first = NULL;
    bool wanted = false, last = false;

    if (lock < 0)
        return false;
    keep(ways_remove(record->name, record->detail, host, &now), &first, &now);
    keep(firewall_want_nothing(record->name, &wanted, &now), &first, &now);
    keep(forwarding_release(record->name, wanted, &last, &now), &first, &now);
    close(lock);
    if (last && !endpoint_any())
        watch_wait();
    else if (wanted)
        watch_follow();
    if (first)
        g_propagate_error(error, first);
    return !first;
}

bool undo_contents(const Record *record, int nsfd, Nl *host, GError **error)
{
    g_autoptr(Nl) inside = nsfd >= 0 ? nl_open_at(nsfd, NULL) : NULL;
    json_t *links = json_object_get(record->detail, "links");
    GError *now = NULL, *first = NULL;

    keep(dhcp_end(record, &now), &first, &now); /* before, or it would put back what goes */
    keep(servers_stop(record, &now), &first, &now);
    if (inside)
        keep(route_flush(inside, &now), &first, &now);
    for (size_t i = json_array_size(links); i-- > 0;)
        keep(remove_link(record, json_array_get(links, i), nsfd, inside, host, &now), &first, &now);
    if (inside)
        keep(inside_restore(json_object_get(record->detail, "sysctls"), nsfd, &now), &first, &now);
    keep(endpoint_forget(record->name, &now), &first, &now); /* before who watches is waited for */
    keep(release_host(record, host, &now), &first, &now);
    ports_forget_after(record->detail);
    if (first)
        g_propagate_error(error, first);
    return !first;
}

/* By the second name, if it is the one that was recorded. */
static int kept_namespace(const Record *record)
{
    return nsfs_only(nsfs_kept(record->name), record->id);
}

/* Its name goes first, so that nobody comes in any more. With interfaces of the host's in it, it has a second
 * one until they are given back. */
bool undo_all(const Record *record, Nl *host, GError **error)
{
    int nsfd = undo_namespace(record);
    GError *now = NULL, *first = NULL;

    if (nsfd >= 0 && !record->adopted)
        keep(nsfs_unpin(record->name, &now), &first, &now);
    else if (!record->adopted)
        nsfs_unpin_stale(record->name);
    if (nsfd < 0)
        nsfd = kept_namespace(record);
    keep(undo_contents(record, nsfd, host, &now), &first, &now);
    if (record->adopted && nsfd >= 0) {
        keep(dns_guard_take_out(record->name, nsfd, &now), &first, &now);
        keep(lease_guard_take_out(nsfd, &now), &first, &now);
    }
    keep(etc_mount_remove(record->name, &now), &first, &now);
    keep(servers_forget(record->name, &now), &first, &now);
    hold_release();
    if (nsfd >= 0)
        close(nsfd);
    if (first) {
        g_propagate_error(error, first);
        return false;
    }
    nsfs_let_go(record->name);
    return record_remove(record->name, error);
}
