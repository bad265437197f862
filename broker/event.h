/* event.h - what a message of the kernel's routing socket means for the namespaces. */
#pragma once

#include <glib.h>
#include <libmnl/libmnl.h>

typedef enum EventMeaning { EVENT_NOTHING, EVENT_WAYS } EventMeaning;

/* Interfaces of ours come and go all the time, and with each of them addresses and routes: they mean nothing.
 * @ours: their indices as seen so far, kept up here (g_direct_hash). */
EventMeaning event_meaning(const struct nlmsghdr *message, GHashTable *ours);
