/* build-names.c - see build-names.h. */
#include "build-names.h"

#include "dhcp.h"
#include "dns-guard.h"
#include "etc-directory.h"
#include "etc-mount.h"
#include "hold.h"
#include "lease-guard.h"
#include "nsswitch.h"
#include "resolver.h"

bool names_write(const Conf *conf, const Record *record, int nsfd, ServersStep step, GError **error)
{
    return hold_make(conf->name, error) && nsswitch_write(conf->name, error) &&
           servers_set(conf, record, nsfd, step, error) &&
           (conf->ns.etc != ETC_DIRECTORY || etc_directory_fill(conf->name, error)) &&
           etc_mount_keep(conf, error);
}

static bool guard_leases(const Conf *conf, int nsfd, bool again, GError **error)
{
    if (dhcp_is_wanted(conf))
        return lease_guard_put(conf->name, nsfd, error);
    return !again || lease_guard_take_out(nsfd, error);
}

/* Other servers may be known by now; and a hook inside may have flushed what does not know of its ruleset. */
bool names_follow(const Conf *conf, const Record *record, int nsfd, bool again, GError **error)
{
    if (!names_write(conf, record, nsfd, SERVERS_KNOWN, error))
        return false;
    servers_warn_of_none(conf);
    return guard_leases(conf, nsfd, again, error);
}

bool names_keep_leases(const Conf *conf, int nsfd, GError **error)
{
    return !dhcp_is_wanted(conf) || lease_guard_put(NULL, nsfd, error);
}

bool names_serve(const Conf *conf, const Record *record, int nsfd, GError **error)
{
    bool served = resolver_program(conf) || dns_guard_ports(conf);

    return names_keep_leases(conf, nsfd, error) &&
           (!served || servers_set(conf, record, nsfd, SERVERS_SERVE, error));
}
