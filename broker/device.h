/* device.h - links made and removed: RTM_NEWLINK and RTM_DELLINK. */
#pragma once

#include "link.h"
#include "nl.h"

/* Makes the link, born in its namespace, down inside and up outside; also the bridge that is asked for and
 * not there yet, and the sibling in the host. Fills in master and host_index. @outer: netlink socket of the
 * host, or of the namespace that holds the outer end. To be called with the host's lock. */
bool device_create(LinkPlan *plan, Nl *outer, GError **error);

/* Queues: @mark becomes the alias of the outer end, a name that was too long its altname. Never in one batch
 * with the making: the kernel goes on after a failure, and the mark would land on the interface that had the
 * name. */
void device_queue_mark(const LinkPlan *plan, const char *mark, Nl *outer);

/* Queues: the inner link gets @mark as alias, and its altname, and goes up. */
void device_queue_up(const LinkPlan *plan, const char *mark, Nl *inside);

/* Removes interface @name seen by @nl if it is ours: @mark is its alias; or it has no alias, as one whose
 * maker was killed, and either its group is ours or its kind is @unmarked (NULL: none). No error when there
 * is none, or one that is not ours. */
bool device_remove(Nl *nl, const char *name, const char *mark, const char *unmarked, GError **error);

/* Is there an interface @name with this mark? */
bool device_is_there(Nl *nl, const char *name, const char *mark);

/* Removes bridge @name if we made it and no port is left. To be called with the host's lock. */
bool device_remove_bridge(Nl *host, const char *name, GError **error);
