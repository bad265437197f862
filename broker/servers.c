/* servers.c - see servers.h.
 *
 * Closed first, told last: the guard lets the new servers be asked and no others, then the resolver asks
 * those, and then programs read of them. In no other order could a query go to a server of before when
 * resolv.conf names others already. The file, which is compared with what is so, is the last: whoever is
 * killed in between leaves it as it was, and the next one does all of it again. */
#include "servers.h"

#include "dhcp.h"
#include "dns-guard.h"
#include "etc-file.h"
#include "lease-guard.h"
#include "leased.h"
#include "lock.h"
#include "resolv.h"
#include "resolver.h"
#include "ruleset.h"
#include "say.h"
#include "ways.h"

#include <unistd.h>

/* Whom it is said to. */
typedef struct Audience {
    const char *name, *ports; /* dns_guard_ports() */
    NsId id;
    const json_t *detail; /* NULL: its resolver does not run, or is no matter */
    const Conf *start;    /* whose resolver is to be started; NULL: none */
    bool resolver;        /* programs see but that */
    int nsfd;
} Audience;

static int lock_servers(const char *name, GError **error)
{
    g_autofree char *lock_name = g_strconcat(LOCK_SERVERS, name, NULL);

    return lock_take(lock_name, error);
}

static bool tell(const Audience *to, const char *text, GError **error)
{
    g_auto(GStrv) servers = resolv_servers(text), asked = resolv_asked(to->name, text);

    return (to->nsfd < 0 || dns_guard_set(to->name, to->ports, asked, to->nsfd, error)) &&
           (!to->start || resolver_start(to->start, servers, to->nsfd, error)) &&
           (!to->detail || resolver_follow(to->name, to->detail, to->id, servers, error)) &&
           resolv_write(to->name, text, to->resolver, error);
}

/* ---- by `up` ----------------------------------------------------------------------------------------- */

static char *text_of_leases(const Conf *conf, const Record *record)
{
    json_t *leases = leased_all(record);
    g_auto(GStrv) servers = leased_words(leases, "servers"), domains = leased_words(leases, "domains");

    json_decref(leases);
    return resolv_text(conf, servers, domains);
}

static char *text_of(const Conf *conf, const Record *record, ServersStep step)
{
    DnsSource source = dns_source(conf);
    g_auto(GStrv) servers = source == DNS_SOURCE_UPLINK ? ways_servers(conf->name) : NULL;
    char *pushed = NULL;

    if (source == DNS_SOURCE_LEASE && step != SERVERS_CLOSE)
        return text_of_leases(conf, record);
    /* nobody says it again before long: what is written down has to do */
    if (source == DNS_SOURCE_VPN && step != SERVERS_CLOSE)
        pushed = resolv_read(conf->name);
    return pushed ? pushed : resolv_text(conf, servers, NULL);
}

static bool set(const Conf *conf, const Record *record, int nsfd, ServersStep step, GError **error)
{
    g_autofree char *text = text_of(conf, record, step);
    Audience to = {.name = conf->name,
                   .ports = dns_guard_ports(conf),
                   .start = step == SERVERS_SERVE ? conf : NULL,
                   .resolver = resolver_program(conf) != NULL,
                   .nsfd = nsfd};

    return tell(&to, text, error);
}

bool servers_set(const Conf *conf, const Record *record, int nsfd, ServersStep step, GError **error)
{
    int lock = lock_servers(conf->name, error);
    bool fine = lock >= 0 && set(conf, record, nsfd, step, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

static char *guard_of(const Conf *conf)
{
    const char *ports = dns_guard_ports(conf);
    g_autofree char *text = resolv_read(conf->name);
    g_auto(GStrv) asked = resolv_asked(conf->name, text);

    return ports ? dns_guard_commands(ports, asked) : NULL;
}

static bool reload_ruleset(const Conf *conf, int nsfd, GError **error)
{
    const char *leases = dhcp_is_wanted(conf) ? lease_guard_commands() : "";
    g_autofree char *guard = guard_of(conf), *besides = g_strconcat(leases, guard, NULL);

    if (!guard)
        return ruleset_reload(conf->firewall.ruleset, besides, nsfd, error);
    return dns_guard_about(conf->name, error) &&
           ruleset_reload(conf->firewall.ruleset, besides, nsfd, error) &&
           dns_guard_is(conf->name, guard, error);
}

bool servers_reload_ruleset(const Conf *conf, int nsfd, GError **error)
{
    int lock = lock_servers(conf->name, error);
    bool fine = lock >= 0 && reload_ruleset(conf, nsfd, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

void servers_warn_of_none(const Conf *conf)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) asked = NULL;

    if (!dns_guard_ports(conf) || dns_source_comes(dns_source(conf)))
        return;
    text = resolv_read(conf->name);
    asked = resolv_asked(conf->name, text);
    if (!asked[0])
        say_warning("%s: no names will be found: [DNS] has no Servers=, and its Guard= keeps other servers "
                    "from being asked",
                    conf->name);
}

/* ---- by others --------------------------------------------------------------------------------------- */

static Audience audience_of(const Record *record, int nsfd)
{
    return (Audience){.name = record->name,
                      .ports = json_string_value(json_object_get(record->detail, DNS_GUARD_PORTS)),
                      .id = record->id,
                      .detail = record->detail,
                      .resolver = json_object_get(record->detail, RESOLVER) != NULL,
                      .nsfd = nsfd};
}

static bool has(const Record *record, const char *key)
{
    return json_is_true(json_object_get(record->detail, key));
}

static bool uses(const Record *record, DnsSource source)
{
    bool settled = record->ready && record->digest;

    return (settled || source == DNS_SOURCE_LEASE) && dns_source_noted(record->detail, source);
}

static char *text_now(const Record *record, DnsSource source, const char *before)
{
    bool domains_too = has(record, "other_domains"), options_too = has(record, "other_options");

    if (source == DNS_SOURCE_HOST)
        return resolv_text_of_host(before, domains_too, options_too);
    json_t *leases = source == DNS_SOURCE_LEASE ? leased_all(record) : NULL;
    g_auto(GStrv) servers = leases ? leased_words(leases, "servers") : ways_servers(record->name);
    g_auto(GStrv) domains = leases && domains_too ? leased_words(leases, "domains") : NULL;

    json_decref(leases);
    return resolv_text_with(before, servers, domains);
}

/* The watch looks often: where the file says so already, all of it was said. */
static bool follow(const Record *record, DnsSource source, int nsfd, GError **error)
{
    Audience to = audience_of(record, nsfd);
    g_autofree char *before = resolv_read(record->name), *now = NULL;

    if (!before) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "its resolv.conf has gone");
        return false;
    }
    now = text_now(record, source, before);
    return (source != DNS_SOURCE_LEASE && g_str_equal(now, before)) || tell(&to, now, error);
}

/* One of the same name may have come since @nsfd was opened; -1: its name has gone, programs may be inside.
 */
static bool is_the_namespace(const Record *record, int nsfd)
{
    return nsfd < 0 || nsfs_is(nsfd, record->id);
}

bool servers_follow(const char *name, DnsSource source, int nsfd, GError **error)
{
    int lock = lock_servers(name, error);
    g_autoptr(Record) record = lock >= 0 ? record_load(name, NULL) : NULL;
    bool ours = record && uses(record, source) && is_the_namespace(record, nsfd);
    bool fine = lock >= 0 && (!ours || follow(record, source, nsfd, error));

    if (lock >= 0)
        close(lock);
    return fine;
}

bool servers_push(const Conf *conf, const Record *record, int nsfd, char *const *servers,
                  char *const *domains, GError **error)
{
    Audience to = audience_of(record, nsfd);
    g_autofree char *text = resolv_text_pushed(conf, servers, domains);
    bool wanted = dns_source(conf) == DNS_SOURCE_VPN;
    int lock = wanted ? lock_servers(conf->name, error) : -1;
    bool fine = !wanted || (lock >= 0 && tell(&to, text, error));

    if (lock >= 0)
        close(lock);
    return fine;
}

/* ---- at the end -------------------------------------------------------------------------------------- */

bool servers_stop(const Record *record, GError **error)
{
    int lock = json_object_get(record->detail, RESOLVER) ? lock_servers(record->name, NULL) : -1;
    /* without the lock too: it must end */
    bool fine = resolver_stop(record->name, record->detail, record->id, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

bool servers_forget(const char *name, GError **error)
{
    int lock = lock_servers(name, error);
    bool fine = lock >= 0;

    if (!fine)
        return false;
    dns_guard_forget(name);
    fine = etc_files_remove(name, error);
    close(lock);
    return fine;
}
