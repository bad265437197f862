/* device.h - links made and removed: RTM_NEWLINK and RTM_DELLINK. */
#pragma once

#include "link.h"
#include "nl.h"

/* Makes the link, born in its namespace, down inside and up outside; also the bridge that is asked for and not there yet, and the
 * sibling in the host. Fills in master and host_index. @outer: netlink socket of the host, or of the namespace that holds the outer
 * end. To be called with the host's lock. */
bool device_create(LinkPlan *plan, Nl *outer, GError **error);

/* Queues: @mark becomes the alias of the outer end, a name that was too long its altname. Never in one batch with the making: the kernel
 * goes on after a failure, and the mark would land on the interface that had the name. */
void device_queue_mark(const LinkPlan *plan, const char *mark, Nl *outer);

/* Queues: the link gets its altname and goes up. */
void device_queue_up(const LinkPlan *plan, Nl *inside);

/* Removes interface @name seen by @nl; with @mark only if that is its alias, or it has none yet and its group is ours. No error when it
 * is gone. */
bool device_remove(Nl *nl, const char *name, const char *mark, GError **error);

/* Removes bridge @name if we made it and no port is left. */
bool device_remove_bridge(Nl *host, const char *name, GError **error);
