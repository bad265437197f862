/* watch.h - what `netns-broker watch` looks at when something has changed. Each look is whole and changes
 * nothing where all is well, so it may be taken at any time, and again. */
#pragma once

#include "guard.h"
#include "nl.h"

typedef struct Watch {
    Nl *host;
    Guard *guard;
    int lock; /* LOCK_WATCH; -1: given back */
} Watch;

/* False: nobody needs the host any more; then the table of the guard is gone and the lock given back. */
bool watch_needed(Watch *watch);

/* Something has come to the host's /etc, or has gone: so it does for programs inside. */
void watch_etc(void);

/* The name servers of namespaces that have the host's or the uplink's. */
void watch_servers(void);

/* The firewall's table and its twin; with @links, also interfaces that have come since get to forward. */
void watch_table(Watch *watch, bool links);

/* The ways out of all namespaces that have Uplink=, with their name servers, and the table. */
void watch_ways(Watch *watch);

/* What firewalld is to know (zone.h): a wildcard for the host's ends of links, and the names of those that it
 * does not cover. Owned by the caller. */
char **watch_interfaces(void);

/* In a process of its own, as it waits for name servers. */
void watch_endpoints(void);

/* Somebody has removed /run/netns/@name: if it was not us, what it left in the host is taken away. */
void watch_name(const char *name);
