/* doctor-way.c - checks of netnsctl doctor: a real packet out into the world, one to the host, one to a name
 * server. */
#include "doctor-way.h"
#include "doctor-check.h"
#include "doctor-host.h"
#include "doctor-journey.h"
#include "doctor-route.h"
#include "end.h"
#include "firewall.h"
#include "forwarding.h"
#include "ip.h"
#include "ways.h"

#include <net/if.h>

#define PORT_NAMES 53

/* ---- out ------------------------------------------------------------------------------------------------
 */

static json_t *routed_link(const Patient *patient, unsigned inside)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        const char *name = json_string_value(json_object_get(link, "name"));
        if (name && patient_link_is_routed(link) && nl_ifindex(patient->inside, name) == inside)
            return link;
    }
    return NULL;
}

/* The first address of the family in a link's list, without its length. */
static bool first_address(const json_t *link, const char *key, int family, IpAddress *ret)
{
    size_t i;
    json_t *text;

    json_array_foreach(json_object_get(link, key), i, text)
    {
        IpPrefix prefix;
        if (ip_prefix_parse(json_string_value(text), &prefix, NULL) && prefix.address.family == family &&
            !ip_address_is_link_local(&prefix.address)) {
            *ret = prefix.address;
            return true;
        }
    }
    return false;
}

/* Was its end in the host changed by others? That is a finding of doctor_check_ends(), or of
 * doctor_check_links(), and to blame for whatever else becomes of a packet. */
static bool is_changed(const Patient *patient, const json_t *link)
{
    g_autofree char *fault = end_fault(link, patient->inside, patient->host);

    return fault;
}

/* By the routed link with this index inside. */
static bool journey_by(Patient *patient, int family, unsigned inside, Journey *ret)
{
    const json_t *link = routed_link(patient, inside);

    if (!link)
        return false;
    *ret = (Journey){.patient = patient,
                     .link = link,
                     .end = json_string_value(json_object_get(link, "host")),
                     .family = family};
    ret->end_index = nl_ifindex(patient->host, ret->end);
    return ret->end_index != 0;
}

/* The routed link by which packets for the world leave the namespace. False: none of that family do, or by
 * another. */
static bool journey_out(Patient *patient, int family, Journey *ret)
{
    IpAddress nowhere;
    RouteMatch match = {};

    if (!doctor_route_nowhere(patient->inside, family, 0, NULL, &nowhere, &match) ||
        !journey_by(patient, family, match.out, ret))
        return false;
    g_snprintf(ret->topic, sizeof ret->topic, "%s out", family_name(family));
    return true;
}

/* A tunnel that is not masqueraded is meant to reach the world only where the host is a router by its own
 * settings: else our table keeps it, and an end may forward for the answers of its ports alone. */
static bool is_meant(const Journey *journey)
{
    g_auto(Guarded) guarded = forwarding_guarded();

    return journey_is_masqueraded(journey) ||
           !(guarded.families & (journey->family == AF_INET ? FAMILIES_IPV4 : FAMILIES_IPV6));
}

/* Where the host itself can reach IPv4 but has no IPv6, its namespaces need none either. */
static void found_no_route(const Journey *journey)
{
    IpAddress unused;
    RouteMatch match = {};
    bool other = doctor_route_nowhere(journey->patient->host, journey->family == AF_INET ? AF_INET6 : AF_INET,
                                      0, NULL, &unused, &match);

    journey_found(journey, other ? FINDING_NOTE : FINDING_BROKEN,
                  g_strdup_printf("the host itself has no %s default route", family_name(journey->family)),
                  g_strdup("give it one, or let packets leave another way by Uplink= in [NAT]"));
}

/* Where to, and by which interface, as the host's routes and rules say for what comes in by our end. */
static bool way_of(const Journey *journey, int family, IpAddress *ret, RouteMatch *ret_match)
{
    IpAddress from;

    return first_address(journey->link, "addresses", family, &from) &&
           doctor_route_nowhere(journey->patient->host, family, journey->end_index, &from, ret, ret_match);
}

/* The fence of Uplink= is closed, as it was asked for. Nothing is wrong where the other family has a way. */
static void found_no_uplink(const Journey *journey)
{
    IpAddress unused;
    RouteMatch match = {};
    bool other = way_of(journey, journey->family == AF_INET ? AF_INET6 : AF_INET, &unused, &match);
    json_t *state = ways_state(journey->patient->name);
    g_autoptr(GString) wanted = g_string_new(NULL);
    size_t i;
    json_t *word;

    json_array_foreach(json_object_get(state, "wanted"), i, word)
    {
        g_string_append_printf(wanted, "%s%s", i > 0 ? " " : "", json_string_value(word));
    }
    json_decref(state);
    journey_found(journey, other ? FINDING_NOTE : FINDING_WARNING,
                  g_strdup_printf("nothing leaves: Uplink=%s has no %s way out now", wanted->str,
                                  family_name(journey->family)),
                  other ? NULL
                        : g_strdup_printf("bring that interface up; netnsctl start %s looks for it again",
                                          journey->patient->name));
}

/* Where the routes for what comes in by our end say nothing, those of the host itself: the packet shows what
 * becomes of it. */
static void check_family_out(Journey *journey)
{
    Patient *patient = journey->patient;
    RouteMatch match = {};
    IpAddress to = {};
    char uplink[IF_NAMESIZE] = "";

    if (!host_forwards(patient, journey->family, journey->end, ""))
        return;
    if (!way_of(journey, journey->family, &to, &match)) {
        if (journey_group(journey) & FIREWALL_WAYS) {
            found_no_uplink(journey);
            return;
        }
        if (!doctor_route_nowhere(patient->host, journey->family, 0, NULL, &to, &match)) {
            found_no_route(journey);
            return;
        }
    }
    (void)if_indextoname(match.out, uplink);
    if (host_forwards(patient, journey->family, journey->end, uplink)) {
        journey->to = to;
        journey_try(journey);
    }
}

bool doctor_way_leads_out(Patient *patient)
{
    static const int families[] = {AF_INET, AF_INET6};

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        IpAddress nowhere;
        RouteMatch match = {};
        Journey journey;
        if (doctor_route_nowhere(patient->inside, families[i], 0, NULL, &nowhere, &match) &&
            (!journey_by(patient, families[i], match.out, &journey) || is_meant(&journey)))
            return true;
    }
    return false;
}

void doctor_check_way_out(Patient *patient)
{
    static const int families[] = {AF_INET, AF_INET6};

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        Journey journey;
        if (journey_out(patient, families[i], &journey) && is_meant(&journey) &&
            !is_changed(patient, journey.link))
            check_family_out(&journey);
    }
}

/* ---- in -------------------------------------------------------------------------------------------------
 */

static void check_link_in(Patient *patient, const json_t *link)
{
    static const int families[] = {AF_INET, AF_INET6};
    Journey journey = {.patient = patient,
                       .link = link,
                       .end = json_string_value(json_object_get(link, "host")),
                       .to_host = true};

    journey.end_index = nl_ifindex(patient->host, journey.end);
    if (!journey.end_index || !(journey_group(&journey) & FIREWALL_HOST_ACCESS) || is_changed(patient, link))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        journey.family = families[i];
        g_snprintf(journey.topic, sizeof journey.topic, "%s to the host", family_name(families[i]));
        if (first_address(link, "host_addresses", families[i], &journey.to))
            journey_try(&journey);
    }
}

/* Whether it may is read off the group of its end: the firewall goes by that, not by the file. */
void doctor_check_way_in(Patient *patient)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        if (patient_link_is_routed(link))
            check_link_in(patient, link);
    }
}

/* ---- to a name server ---------------------------------------------------------------------------------- */

/* By a link through the host; false: by another. */
static bool journey_to(Patient *patient, const IpAddress *server, Journey *ret)
{
    RouteMatch match = {};

    if (!doctor_route(patient->inside, server, 0, NULL, &match) ||
        !journey_by(patient, server->family, match.out, ret))
        return false;
    ret->to = *server;
    ret->port = PORT_NAMES;
    ret->to_host = journey_has(ret, "host_addresses", server);
    return true;
}

bool doctor_way_is_open(Patient *patient, const IpAddress *server)
{
    Journey journey;

    return !journey_to(patient, server, &journey) || journey.to_host || is_meant(&journey);
}

/* The fence of Uplink= that is closed has been told of by doctor_check_way_out(). */
static bool is_fenced(const Journey *journey)
{
    IpAddress unused;
    RouteMatch match = {};

    return !journey->to_host && (journey_group(journey) & FIREWALL_WAYS) &&
           !way_of(journey, journey->family, &unused, &match);
}

/* What is in the way to every server of @family, whose interfaces, routes and rules have been looked at. */
static bool is_told(const Patient *patient, int family)
{
    g_autofree char *out = g_strconcat(family_name(family), " out", NULL);
    const char *const topics[] = {"links", "routes", "firewall", out, NULL};

    return finding_any(patient->findings, 0, topics);
}

bool doctor_way_to_server(Patient *patient, const IpAddress *server)
{
    g_autofree char *text = ip_address_format(server);
    size_t before = json_array_size(patient->findings);
    Journey journey;

    if (!journey_to(patient, server, &journey))
        return !is_told(patient, server->family);
    if (is_changed(patient, journey.link) || is_fenced(&journey))
        return false;
    g_snprintf(journey.topic, sizeof journey.topic, "DNS %s", text);
    journey_try(&journey);
    return !finding_any(patient->findings, before, NULL);
}
