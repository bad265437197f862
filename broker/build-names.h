/* build-names.h - the part of `up` that is about names: what programs see of /etc, the name servers, and the
 * guards of both. All of the namespace @nsfd that @record describes. */
#pragma once

#include "conf.h"
#include "record.h"
#include "servers.h"

/* What programs will see of /etc, with the servers that are known at that @step. */
bool names_write(const Conf *conf, const Record *record, int nsfd, ServersStep step, GError **error);

/* Once the links are there, and before DHCP clients start: says so where nobody could be asked. @again: there
 * may be guards of a former file. */
bool names_follow(const Conf *conf, const Record *record, int nsfd, bool again, GError **error);

/* With the resolver of its own; and again after the hooks, which may flush. */
bool names_serve(const Conf *conf, const Record *record, int nsfd, GError **error);

/* The guard of DHCP clients stands. */
bool names_keep_leases(const Conf *conf, int nsfd, GError **error);
