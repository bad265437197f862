/* doctor-server.c - see doctor-server.h. */
#include "doctor-server.h"

#include "booted.h"
#include "dns-guard.h"
#include "doctor-lookup.h"
#include "doctor-way.h"
#include "etc-own.h"
#include "ip.h"
#include "resolv.h"
#include "resolver.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TOPIC "DNS"

static bool is_path(const json_t *lookup, const char *path)
{
    return g_strcmp0(lookup_word(lookup, "path"), path) == 0;
}

static const char *resolver_of(const Patient *patient)
{
    return json_string_value(json_object_get(patient->record->detail, RESOLVER));
}

static bool sees_the_hosts(const Patient *patient)
{
    return patient->conf && patient->conf->ns.etc == ETC_NO;
}

char **servers_upstream(const Patient *patient)
{
    g_autofree char *text = resolver_of(patient) ? resolv_read(patient->name) : NULL;

    return resolv_servers(text);
}

/* ---- words ----------------------------------------------------------------------------------------------
 */

/* What gives programs other servers, or @some where they have none; @behind: those that a resolver of the
 * namespace's own asks, which reads no file in /etc/netns/NAME. Owned by the caller. */
static char *advise_servers(const Patient *patient, bool some, bool behind)
{
    g_autofree char *own = etc_own_path(patient->name, "resolv.conf");

    if (sees_the_hosts(patient))
        return g_strdup_printf(
            "with MountEtc=no programs see the host's /etc/resolv.conf; MountEtc=directory "
            "in [Namespace] of %s gives them one of their own",
            patient->name);
    if (!behind && access(own, F_OK) == 0)
        return g_strdup_printf("name %s in %s, which goes before [DNS]", some ? "one" : "another", own);
    return g_strdup_printf("Servers= in [DNS] of %s names %s", patient->name, some ? "some" : "others");
}

/* "name server 192.0.2.53", "name server 192.0.2.53, which its dnsmasq asks,". Owned by the caller. */
static char *describe(const Servers *servers, const json_t *lookup)
{
    return is_path(lookup, "upstream") ? g_strdup_printf("name server %s, which its %s asks,",
                                                         lookup_word(lookup, "server"), servers->resolver)
                                       : g_strdup_printf("name server %s", lookup_word(lookup, "server"));
}

/* "@server @text: @why"; @why may be NULL. Takes @advice. */
static void found(const Servers *servers, FindingLevel level, const json_t *lookup, const char *text,
                  const char *why, char *advice)
{
    g_autofree char *server = describe(servers, lookup);
    json_t *finding = finding_add(servers->patient, level, TOPIC,
                                  g_strconcat(server, " ", text, why ? ": " : NULL, why, NULL), advice);

    json_object_set_new(finding, "server", json_string(lookup_word(lookup, "server")));
}

/* ---- one server -----------------------------------------------------------------------------------------
 */

/* Other servers than that one. Owned by the caller. */
static char *advise_others(const Servers *servers, const json_t *lookup)
{
    return advise_servers(servers->patient, false, is_path(lookup, "upstream"));
}

/* Where the packet got stuck, if that can be told, goes before: then another server would not answer either.
 * One that is not to leave the host is as it was made. */
static void found_silent(const Servers *servers, const json_t *lookup)
{
    Patient *patient = servers->patient;
    IpAddress address = {};
    bool is_address = ip_address_parse(lookup_word(lookup, "server"), &address, NULL);

    if (is_address && !doctor_way_is_open(patient, &address)) {
        found(servers, FINDING_NOTE, lookup,
              "does not answer: the host leads packets of this namespace nowhere, which is not masqueraded",
              NULL, NULL);
        return;
    }
    if (is_address && !doctor_way_to_server(patient, &address))
        found(servers, FINDING_WARNING, lookup, "does not answer: the way to it is broken", NULL, NULL);
    else
        found(servers, FINDING_WARNING, lookup, "does not answer", NULL, advise_others(servers, lookup));
}

static bool is_kept(const json_t *lookup)
{
    return g_strcmp0(lookup_word(lookup, "why"), strerrordesc_np(EPERM)) == 0;
}

/* Its own firewall is as the admin wants it. */
static void found_kept(const Servers *servers, const json_t *lookup)
{
    found(servers, FINDING_NOTE, lookup,
          "cannot be asked from inside: the namespace's own firewall keeps that", NULL,
          g_strdup_printf("ip netns exec %s nft list ruleset shows its rules", servers->patient->name));
}

/* By the guard of [DNS], which does what it is there for. */
static bool is_guarded(const Servers *servers, const json_t *lookup)
{
    return is_kept(lookup) && json_object_get(servers->patient->record->detail, DNS_GUARD_PORTS) &&
           !dns_guard_lets(servers->patient->name, lookup_word(lookup, "server"));
}

static void found_guarded(const Servers *servers, const json_t *lookup)
{
    const Patient *patient = servers->patient;

    found(servers, FINDING_WARNING, lookup,
          "cannot be asked from inside: the guard of [DNS] Guard= keeps programs from asking others than the "
          "namespace's own, as it is meant to",
          NULL,
          sees_the_hosts(patient)
              ? advise_others(servers, lookup)
              : g_strdup_printf("if it is to be asked, netnsctl start %s tells the guard of it",
                                patient->name));
}

/* No way from here to there is how a namespace without a network is meant to be. */
static void found_unreachable(const Servers *servers, const json_t *lookup)
{
    static const char *const ways[] = {"links", "routes", NULL};
    const char *why = lookup_word(lookup, "why");
    bool cut_off =
        g_strcmp0(why, strerrordesc_np(ENETUNREACH)) == 0 && !doctor_way_leads_out(servers->patient);
    bool is_told = finding_any(servers->patient->findings, 0, ways);

    found(servers, cut_off ? FINDING_NOTE : FINDING_WARNING, lookup, "cannot be asked from inside", why,
          cut_off || is_told ? NULL : advise_others(servers, lookup));
}

/* Does it look names up? */
static bool judge_one(const Servers *servers, const json_t *lookup)
{
    const char *why = lookup_word(lookup, "why");

    if (lookup_is(lookup, LOOKUP_SILENT))
        found_silent(servers, lookup);
    else if (is_guarded(servers, lookup))
        found_guarded(servers, lookup);
    else if (is_kept(lookup))
        found_kept(servers, lookup);
    else if (!lookup_is(lookup, LOOKUP_ANSWERED))
        found_unreachable(servers, lookup);
    else if (why)
        found(servers, FINDING_WARNING, lookup, "does not look names up", why,
              advise_others(servers, lookup));
    return lookup_is(lookup, LOOKUP_ANSWERED) && !why;
}

/* ---- a resolver of its own ------------------------------------------------------------------------------
 */

static bool is_resolver(const Servers *servers, const json_t *lookup)
{
    IpAddress address = {};

    return servers->resolver && ip_address_parse(lookup_word(lookup, "server"), &address, NULL) &&
           ip_address_is_loopback(&address);
}

/* It runs, and those whom it asks answer: the fault is its own. Else that has been told. */
static bool judge_resolver(const Servers *servers, const json_t *lookup)
{
    const Patient *patient = servers->patient;
    const char *why = lookup_word(lookup, "why");

    if (lookup_is(lookup, LOOKUP_ANSWERED) && !why)
        return true;
    if (servers->upstream_working > 0 &&
        resolver_runs(patient->name, patient->record->detail, patient->record->id)) {
        g_autofree char *text =
            g_strdup_printf("is its own %s and does not look names up", servers->resolver);
        found(servers, FINDING_WARNING, lookup, text, why,
              booted_with_systemd()
                  ? g_strdup_printf("systemctl restart %s-netns@%s", servers->resolver, patient->name)
                  : patient_anew(patient));
    }
    return false;
}

static void found_no_upstream(const Servers *servers)
{
    finding_add(
        servers->patient, FINDING_WARNING, TOPIC,
        g_strdup_printf("its %s has no name server to ask: names cannot be resolved", servers->resolver),
        g_strdup_printf("Servers= in [DNS] of %s names some", servers->patient->name));
}

/* ---- all ------------------------------------------------------------------------------------------------
 */

/* It may be named twice. */
static bool is_among(const char *working, const char *server)
{
    g_auto(GStrv) words = g_strsplit(working, ", ", -1);

    return g_strv_contains((const char *const *)words, server);
}

static void judge_named(Servers *servers, const json_t *lookup)
{
    bool works = is_resolver(servers, lookup) ? judge_resolver(servers, lookup) : judge_one(servers, lookup);

    servers->named++;
    if (works && !is_among(servers->working->str, lookup_word(lookup, "server")))
        g_string_append_printf(servers->working, "%s%s", servers->working->len ? ", " : "",
                               lookup_word(lookup, "server"));
}

static void judge_upstream(Servers *servers, const json_t *lookup)
{
    servers->upstream++;
    if (judge_one(servers, lookup))
        servers->upstream_working++;
}

/* Those behind the resolver first: what it says follows from them. */
void servers_judge(Servers *servers, Patient *patient, const json_t *lookups, ServersLeak is_leak,
                   const void *user)
{
    size_t i;
    json_t *lookup;

    *servers = (Servers){.patient = patient, .resolver = resolver_of(patient), .working = g_string_new(NULL)};
    json_array_foreach(lookups, i, lookup)
    {
        if (is_path(lookup, "upstream"))
            judge_upstream(servers, lookup);
    }
    if (servers->resolver && servers->upstream == 0 && doctor_way_leads_out(patient))
        found_no_upstream(servers);
    json_array_foreach(lookups, i, lookup)
    {
        if (is_path(lookup, "server") && !is_leak(user, lookup))
            judge_named(servers, lookup);
    }
}

void servers_done(Servers *servers)
{
    if (servers->working)
        g_string_free(servers->working, TRUE);
    servers->working = NULL;
}

void servers_missing(Patient *patient)
{
    bool needed = doctor_way_leads_out(patient);

    finding_add(patient, needed ? FINDING_WARNING : FINDING_NOTE, TOPIC,
                g_strdup_printf("no name server is named in the resolv.conf that programs inside see%s",
                                needed ? ": names cannot be resolved" : ""),
                needed ? advise_servers(patient, true, false) : NULL);
}

void servers_unasked(Patient *patient)
{
    const json_t *all = json_object_get(json_object_get(patient->status, "dns"), "servers");
    size_t i;
    json_t *server;

    json_array_foreach(sees_the_hosts(patient) ? all : NULL, i, server)
    {
        IpAddress address = {};
        if (ip_address_parse(json_string_value(server), &address, NULL) && ip_address_is_loopback(&address))
            finding_add(patient, FINDING_WARNING, TOPIC,
                        g_strdup_printf("name server %s is the host's own, and cannot be asked from inside",
                                        json_string_value(server)),
                        advise_servers(patient, false, false));
    }
}
