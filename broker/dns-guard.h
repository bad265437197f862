/* dns-guard.h - [DNS] Guard=: in the namespace nobody is asked for names but its name servers. Who puts it in
 * place, and when, is in servers.h. */
#pragma once

#include "conf.h"

#define DNS_GUARD_PORTS "dns_guard" /* of a record's detail: dns_guard_ports(), where there is a guard */

/* The ports that are guarded, as nft has it in a set: "53", "53, 853"; NULL: [DNS] wants no guard. */
const char *dns_guard_ports(const Conf *conf);

/* Puts it in place in the namespace @nsfd of @name, so that @ports are open to @servers alone; @ports NULL:
 * takes out one that we had put in. Costs a look where all is as it should be. */
bool dns_guard_set(const char *name, const char *ports, char *const *servers, int nsfd, GError **error);

/* Takes it out of a namespace that stays, if it was put in: a kernel without nf_tables cannot be asked. */
bool dns_guard_take_out(const char *name, int nsfd, GError **error);

/* Does it stand, in the namespace @nsfd? */
bool dns_guard_stands(int nsfd, bool *ret, GError **error);

/* The commands of nft that make it, for a transaction that flushes everything; owned by the caller. Who runs
 * them says so before, and after they have worked. */
char *dns_guard_commands(const char *ports, char *const *servers);
bool dns_guard_about(const char *name, GError **error);
bool dns_guard_is(const char *name, const char *commands, GError **error);

/* Whom it lets programs ask, as the kernel has it in the namespace @nsfd: addresses without a zone. NULL and
 * an error; owned by the caller. */
char **dns_guard_servers(int nsfd, GError **error);

/* May @server, an address as text, be asked as it was put in place last? */
bool dns_guard_lets(const char *name, const char *server);

/* What is kept in files, of a namespace that goes. */
void dns_guard_forget(const char *name);
