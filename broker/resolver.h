/* resolver.h - [DNS] Resolver=: a dnsmasq or an unbound of the namespace's own, on its loopback, that asks
 * the servers of [DNS] for everybody inside. */
#pragma once

#include "conf.h"
#include "nsfs.h"

#include <jansson.h>

#define RESOLVER "resolver" /* of a record's detail: resolver_program(), where there is one */

/* "dnsmasq", "unbound", NULL. */
const char *resolver_program(const Conf *conf);

/* Is the program there? */
bool resolver_check(const Conf *conf, GError **error);

/* Starts it, if it does not run, to ask @servers. The namespace has its name already: as a unit of systemd's
 * it is led in by that. */
bool resolver_start(const Conf *conf, char *const *servers, int nsfd, GError **error);

/* Does the one that the record's @detail tells of run, in the namespace @id? True where it tells of none. */
bool resolver_runs(const char *name, const json_t *detail, NsId id);

/* @servers are to be asked now, by the record's @detail. What it has learnt from the former ones is
 * forgotten. */
bool resolver_follow(const char *name, const json_t *detail, NsId id, char *const *servers, GError **error);

/* Ends it, in the namespace that was @id. Its files go as well. */
bool resolver_stop(const char *name, const json_t *detail, NsId id, GError **error);
