/* doctor-guard.c - check of netnsctl doctor: does the guard of [DNS] Guard= stand, does it let programs ask
 * the namespace's own name servers, and nobody else? */
#include "dns-guard.h"
#include "doctor-check.h"
#include "doctor-host.h"
#include "doctor-probe.h"
#include "doctor-route.h"
#include "ip.h"
#include "resolv.h"

#include <string.h>

#define PORT_NAMES 53
#define TOPIC "name servers"

/* ---- whom it lets -------------------------------------------------------------------------------------- */

/* Without what is said twice, and without zones. Owned by the caller. */
static char **named(const Patient *patient)
{
    g_autofree char *text = resolv_read(patient->name);
    g_auto(GStrv) all = resolv_asked(patient->name, text);
    g_autoptr(GPtrArray) once = g_ptr_array_new();

    for (char **server = all; *server; server++) {
        g_autofree char *plain = g_strndup(*server, strcspn(*server, "% \t"));
        if (!g_ptr_array_find_with_equal_func(once, plain, g_str_equal, NULL))
            g_ptr_array_add(once, g_steal_pointer(&plain));
    }
    g_ptr_array_add(once, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&once), FALSE);
}

static bool same_server(const char *a, const char *b)
{
    IpAddress one = {}, other = {};

    return g_str_equal(a, b) || (ip_address_parse(a, &one, NULL) && ip_address_parse(b, &other, NULL) &&
                                 ip_address_equal(&one, &other));
}

static bool holds(char *const *servers, const char *server)
{
    for (; *servers; servers++)
        if (same_server(*servers, server))
            return true;
    return false;
}

/* Those of @servers that @others lack, with commas; "": none. Owned by the caller. */
static char *lacking(char *const *servers, char *const *others)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (; *servers; servers++)
        if (!holds(others, *servers))
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", *servers);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Start replaces what it has put in place before, where the servers are others now; what somebody else has
 * changed in it since is not looked at. Owned by the caller. */
static char *advise(const Patient *patient, char *const *servers, char *const *lets)
{
    bool by_hand = false;

    for (char *const *let = lets; *let; let++)
        by_hand = by_hand || !dns_guard_lets(patient->name, *let);
    for (; *servers; servers++)
        by_hand = by_hand || (!holds(lets, *servers) && dns_guard_lets(patient->name, *servers));
    return by_hand ? patient_anew(patient)
                   : g_strdup_printf("netnsctl start %s tells the guard of them", patient->name);
}

/* The files may have changed since, or the guard. True: they agree. */
static bool agrees(Patient *patient, char *const *lets)
{
    g_auto(GStrv) servers = named(patient);
    g_autofree char *shut = lacking(servers, lets), *open = lacking(lets, servers);

    if (*shut)
        finding_add(
            patient, FINDING_WARNING, TOPIC,
            g_strdup_printf(
                "its files name %s, and the guard of [DNS] Guard= keeps programs from asking there", shut),
            advise(patient, servers, lets));
    if (*open)
        finding_add(patient, FINDING_WARNING, TOPIC,
                    g_strdup_printf(
                        "the guard of [DNS] Guard= lets programs ask %s, which its files do not name", open),
                    advise(patient, servers, lets));
    return !*shut && !*open;
}

/* ---- whom it does not let ------------------------------------------------------------------------------ */

/* An address in the world that is none of its servers. */
static bool stranger(const Patient *patient, int family, char *const *lets, IpAddress *ret)
{
    RouteMatch match = {};
    bool leads = doctor_route_nowhere(patient->inside, family, 0, NULL, ret, &match);
    g_autofree char *text = leads ? ip_address_format(ret) : NULL;

    return leads && !holds(lets, text);
}

/* A program that asks another server for itself gets an error: that is what the guard is there for, and no
 * other firewall is to blame. */
static void try_guard(Patient *patient, char *const *lets)
{
    static const int families[] = {AF_INET, AF_INET6};
    g_autofree char *words = g_strjoinv(", ", (char **)lets);
    bool tried = false;

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        Probe probe = {.nsfd = patient->nsfd, .port = PORT_NAMES};
        if (!stranger(patient, families[i], lets, &probe.to))
            continue;
        tried = true;
        if (!probe_is_refused(&probe)) {
            finding_add(
                patient, FINDING_WARNING, TOPIC,
                g_strdup_printf("the guard is there, and yet %s to another server by UDP is not refused",
                                families[i] == AF_INET ? "IPv4" : "IPv6"),
                g_strdup_printf("ip netns exec %s nft list ruleset: look for redirect and dnat",
                                patient->name));
            return;
        }
    }
    if (tried)
        finding_add(
            patient, FINDING_GOOD, TOPIC,
            *lets ? g_strdup_printf("programs inside can ask none but %s, as [DNS] Guard= intends", words)
                  : g_strdup("programs inside can ask none, as [DNS] Guard= intends: it has none yet"),
            NULL);
}

static void look_closer(Patient *patient)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lets = dns_guard_servers(patient->nsfd, &error);

    if (!lets)
        finding_add(patient, FINDING_WARNING, TOPIC, g_strdup(error->message), NULL);
    else if (agrees(patient, lets))
        try_guard(patient, lets);
}

void doctor_check_dns_guard(Patient *patient)
{
    g_autoptr(GError) error = NULL;
    bool stands = true;

    if (!json_object_get(patient->record->detail, DNS_GUARD_PORTS))
        return;
    (void)dns_guard_stands(patient->nsfd, &stands, &error);
    if (error)
        finding_add(patient, FINDING_WARNING, TOPIC, g_strdup(error->message), NULL);
    else if (!stands)
        finding_add(patient, FINDING_BROKEN, TOPIC,
                    g_strdup("the guard is gone: programs inside may ask any server for names"),
                    g_strdup_printf("netnsctl start %s puts it back", patient->name));
    else
        look_closer(patient);
}
