/* device.h - links made and removed: RTM_NEWLINK and RTM_DELLINK. */
#pragma once

#include "link.h"
#include "nl.h"

/* Makes the link, born in its namespace or moved in, down inside and up outside; also the bridge that is
 * asked for and not there yet, and the sibling in the host. Fills in master and host_index. @outer: netlink
 * socket of the host, or of the namespace that holds the outer end or the parent. To be called with the
 * host's lock. */
bool device_create(LinkPlan *plan, Nl *outer, GError **error);

/* Makes it a port of Master=, if there is one. The link is down: a bond insists. */
bool device_join_master(const LinkPlan *plan, Nl *inside, GError **error);

/* The alias of a link of namespace @name; @label: of one that is taken, which is found again by it. Owned by
 * the caller. */
char *device_mark(const char *name, const char *label);

/* The MAC address of a link that is there, found by its name inside, and @mtu (0: as it is). */
bool device_set(const LinkPlan *plan, uint32_t mtu, Nl *inside, GError **error);

void device_queue_alias(Nl *nl, unsigned index, const char *mark);
void device_queue_altname(Nl *nl, unsigned index, const char *name, const char *altname); /* NULL: none */

/* Queues: @mark becomes the alias of the outer end, a name that was too long its altname. Never in one batch
 * with the making: the kernel goes on after a failure, and the mark would land on the interface that had the
 * name. */
void device_queue_mark(const LinkPlan *plan, const char *mark, Nl *outer);

/* Queues: the inner link gets @mark as alias, and its altname. To be run before anything that the kernel may
 * refuse: what has no mark is not removed again from a namespace that somebody else made. */
void device_queue_inner_mark(const LinkPlan *plan, const char *mark, Nl *inside);

/* The inner link goes up, unless it is to stay down. Where a former one of the same MAC address is still
 * about to go, it is waited for, some seconds. */
bool device_up(const LinkPlan *plan, Nl *inside, GError **error);

/* Removes interface @name seen by @nl if it is ours: @mark is its alias; or it has no alias, as one whose
 * maker was killed, and either its group is ours or its kind is @unmarked (NULL: none). No error when there
 * is none, or one that is not ours. */
bool device_remove(Nl *nl, const char *name, const char *mark, const char *unmarked, GError **error);

/* Is there an interface @name with this mark? */
bool device_is_there(Nl *nl, const char *name, const char *mark);

/* Removes bridge @name if we made it and no port is left. To be called with the host's lock. */
bool device_remove_bridge(Nl *host, const char *name, GError **error);
