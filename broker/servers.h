/* servers.h - "the name servers are now ...": the one place that says it to a namespace, to guard, resolver
 * and resolv.conf in one step. `up`, the script of a VPN program, that of a DHCP client and the watch come
 * here, at any time and beside one another: each reads what is so under the lock of the namespace's servers
 * (LOCK_SERVERS), so that whoever comes last says the newest. */
#pragma once

#include "conf.h"
#include "dns-source.h"
#include "record.h"

/* How far `up` is. */
typedef enum ServersStep {
    SERVERS_CLOSE, /* before there is a link: what a VPN or a lease said of former ones is over */
    SERVERS_KNOWN, /* its resolver is not to be started yet */
    SERVERS_SERVE, /* with its resolver: the namespace has its name */
} ServersStep;

/* As [DNS] of @conf says, in the namespace @nsfd that @record describes. What a VPN or a lease has brought
 * stays. Costs a look where nothing has changed. */
bool servers_set(const Conf *conf, const Record *record, int nsfd, ServersStep step, GError **error);

/* The namespace's own ruleset is loaded anew (ruleset_reload), with the guards (dns-guard.h,
 * lease-guard.h), if there are any, in the same
 * transaction. */
bool servers_reload_ruleset(const Conf *conf, int nsfd, GError **error);

/* A sentence where a guard leaves nobody who could be asked. */
void servers_warn_of_none(const Conf *conf);

/* Those of @source (the host, an uplink, leases), which may be others now, are looked up, and said. Nothing
 * where @name has others; of host and uplink neither where @name is not up, or is being changed: whoever does
 * that looks afterwards. @nsfd -1: its name has gone; nothing where it is another than the one that has the
 * name now. */
bool servers_follow(const char *name, DnsSource source, int nsfd, GError **error);

/* Those that a VPN brought, for Servers=vpn; under the namespace's lock. @nsfd -1: it has gone. */
bool servers_push(const Conf *conf, const Record *record, int nsfd, char *const *servers,
                  char *const *domains, GError **error);

/* Of a namespace that goes, or is made anew: the resolver ends. */
bool servers_stop(const Record *record, GError **error);

/* Of one that goes: all that is written down goes, and the directory that is /etc inside. */
bool servers_forget(const char *name, GError **error);
