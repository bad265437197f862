/* dhcp.h - the DHCP clients of a namespace: started by `up`, which waits for their leases, ended by `down`.
 */
#pragma once

#include "plan.h"
#include "record.h"

bool dhcp_is_wanted(const Conf *conf);

/* Where the kernel has no IPv6 (ipv6.disable=1), of both families the other is asked for. */
void dhcp_settle(Conf *conf);

/* Are the clients there that the file asks for, and their ClientFile= root's? Before anything is undone. */
bool dhcp_check(const Conf *conf, GError **error);

/* For each link with DHCP= its client, inside; then waits for the leases as DHCPTimeout= says. A lease that
 * does not come is an error only with DHCPRequired=yes. */
bool dhcp_start(const Plan *plan, const Record *record, GError **error);

/* Those that have ended by themselves are started again, and not waited for. */
bool dhcp_start_again(const Conf *conf, const Record *record, int nsfd, GError **error);

/* Ends them and removes what they have written; the leases on disk stay. Needs neither file nor namespace. */
bool dhcp_end(const Record *record, GError **error);
