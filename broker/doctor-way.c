/* doctor-way.c - checks of netnsctl doctor: a real packet out into the world, and one to the host. */
#include "doctor-check.h"
#include "doctor-host.h"
#include "doctor-legacy.h"
#include "doctor-probe.h"
#include "doctor-route.h"
#include "doctor-rule.h"
#include "firewall.h"
#include "forwarding.h"
#include "ip.h"
#include "ways.h"

#include <net/if.h>
#include <string.h>

/* What programs mostly want; a firewall that lets only that pass is none in the way. */
#define PORT_OUT 443
/* discard: nobody listens, and a refusal is as good as an answer. */
#define PORT_HOST 9

/* A link by which packets go through the host. */
typedef struct Passage {
    Patient *patient;
    const json_t *link; /* of the record */
    const char *end;    /* in the host */
    unsigned end_index;
    int family;
    bool to_host;
    IpAddress to; /* AF_UNSPEC: nothing was sent */
    char topic[32];
} Passage;

static uint16_t port_of(const Passage *passage)
{
    return passage->to_host ? PORT_HOST : PORT_OUT;
}

static json_t *found(const Passage *passage, FindingLevel level, char *text, char *advice)
{
    json_t *finding = finding_add(passage->patient, level, passage->topic, text, advice);
    g_autofree char *to = passage->to.family == AF_UNSPEC ? NULL : ip_address_format(&passage->to);

    if (to) {
        json_object_set_new(finding, "to", json_string(to));
        json_object_set_new(finding, "port", json_integer(port_of(passage)));
    }
    return finding;
}

/* ---- the fates of a packet, each a finding ------------------------------------------------------------ */

static void found_obstacle(const Passage *passage, Obstacle *obstacle, const char *what, FindingLevel level)
{
    g_autofree char *words = obstacle_describe(obstacle);
    json_t *finding = found(passage, level, g_strdup_printf("%s %s", what, words),
                            obstacle_advise(obstacle, passage->end, passage->to_host));

    obstacle_put(obstacle, finding);
    obstacle_done(obstacle);
}

static bool rejects(const Obstacle *obstacle)
{
    return obstacle->rule && (strstr(obstacle->rule, "reject") || strstr(obstacle->rule, "REJECT"));
}

static void found_dropped(const Passage *passage, const Fate *fate)
{
    Obstacle obstacle;
    const char *what = "dropped by";

    obstacle_of(fate, &obstacle);
    if (fate->kind == FATE_TAKEN)
        what = "given to a program, or elsewhere, by";
    else if (fate->neighbour)
        what = "the neighbour discovery between namespace and host is dropped by";
    else if (rejects(&obstacle))
        what = "rejected by";
    found_obstacle(passage, &obstacle, what, fate->kind == FATE_TAKEN ? FINDING_WARNING : FINDING_BROKEN);
}

static void found_kept(const Passage *passage, const Fate *fate)
{
    const char *name = passage->patient->name;
    char *status = g_strdup_printf("netnsctl status %s shows links, addresses and routes", name);
    char *rules = g_strdup_printf("ip netns exec %s nft list ruleset shows its rules", name);

    if (fate->refused)
        found(passage, FINDING_NOTE, g_strdup("kept by the namespace's own firewall"),
              g_steal_pointer(&rules));
    else if (fate->errnum)
        found(passage, FINDING_BROKEN,
              g_strdup_printf("the namespace cannot send it: %s", strerrordesc_np(fate->errnum)),
              g_steal_pointer(&status));
    else
        found(passage, FINDING_BROKEN,
              g_strdup_printf("it does not come out of the namespace by %s", passage->end),
              g_strjoin("\n", status, rules, NULL));
    g_free(status);
    g_free(rules);
}

static void found_lost(const Passage *passage, const Probe *probe, const Fate *fate)
{
    g_autoptr(GError) error = NULL;
    Obstacle obstacle;

    if (legacy_is_there(passage->family) && legacy_find(probe, passage->to_host, &obstacle, &error)) {
        found_obstacle(passage, &obstacle, rejects(&obstacle) ? "rejected by" : "dropped by", FINDING_BROKEN);
        return;
    }
    if (error)
        found(passage, FINDING_WARNING, g_strdup(error->message), NULL);
    if (fate->errnum)
        found(passage, FINDING_BROKEN,
              g_strdup_printf("the host answers \"%s\": its routes lead what comes in by %s nowhere",
                              strerrordesc_np(fate->errnum), passage->end),
              g_strdup("ip rule, and ip route show table all, show them"));
    else
        found(
            passage, FINDING_BROKEN,
            g_strdup_printf("lost in the host after it came in by %s, by no rule of nftables", passage->end),
            g_strdup("look for blackhole routes, rp_filter and programs of tc on the way"));
}

static bool is_inner(const Passage *passage, const IpAddress *address)
{
    g_autofree char *text = ip_address_format(address);
    size_t i;
    json_t *own;

    json_array_foreach(json_object_get(passage->link, "addresses"), i, own)
    {
        g_auto(GStrv) parts = g_strsplit(json_string_value(own), "/", 2);
        if (g_strcmp0(parts[0], text) == 0)
            return true;
    }
    return false;
}

static uint32_t group_of(const Passage *passage)
{
    return nl_ifgroup(passage->patient->host, passage->end);
}

static bool is_masqueraded(const Passage *passage)
{
    return group_of(passage) &
           (passage->family == AF_INET ? FIREWALL_MASQUERADE_IPV4 : FIREWALL_MASQUERADE_IPV6);
}

static void found_left(const Passage *passage, const Fate *fate)
{
    char name[IF_NAMESIZE] = "?";

    (void)if_indextoname(fate->out, name);
    if (is_masqueraded(passage) && fate->source.family != AF_UNSPEC && is_inner(passage, &fate->source)) {
        g_autofree char *source = ip_address_format(&fate->source);
        found(passage, FINDING_BROKEN,
              g_strdup_printf(
                  "it leaves by %s from %s, its address inside, to which no answer finds back: it is not "
                  "masqueraded",
                  name, source),
              g_strdup_printf("netnsctl start %s puts our rules back", passage->patient->name));
        return;
    }
    json_object_set_new(found(passage, FINDING_GOOD, g_strdup_printf("leaves by %s", name), NULL),
                        "interface", json_string(name));
}

static void found_arrived(const Passage *passage)
{
    if (passage->to_host)
        found(passage, FINDING_GOOD, g_strdup("reaches the host"), NULL);
    else
        found(passage, FINDING_WARNING,
              g_strdup_printf("the host takes it for itself: a rule redirects TCP to port %d", PORT_OUT),
              g_strdup("nft list ruleset shows it: look for redirect, dnat or tproxy"));
}

static void try(const Passage *passage)
{
    const Probe probe = {.nsfd = passage->patient->nsfd,
                         .end = passage->end_index,
                         .to = passage->to,
                         .port = port_of(passage)};
    g_autoptr(GError) error = NULL;
    Fate fate;

    if (!probe_send(&probe, &fate, &error)) {
        found(passage, FINDING_WARNING, g_strdup_printf("could not be tried: %s", error->message), NULL);
        return;
    }
    if (fate.kind == FATE_DROPPED || fate.kind == FATE_TAKEN)
        found_dropped(passage, &fate);
    else if (fate.kind == FATE_KEPT)
        found_kept(passage, &fate);
    else if (fate.kind == FATE_LOST)
        found_lost(passage, &probe, &fate);
    else if (fate.kind == FATE_LEFT)
        found_left(passage, &fate);
    else
        found_arrived(passage);
    fate_done(&fate);
}

/* ---- out ------------------------------------------------------------------------------------------------
 */

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

/* The routed link by which packets for the world leave the namespace. False: none of that family do, or by
 * another. */
static bool passage_out(Patient *patient, int family, Passage *ret)
{
    IpAddress nowhere;
    RouteMatch match = {};
    size_t i;
    json_t *link;

    if (!doctor_route_nowhere(patient->inside, family, 0, NULL, &nowhere, &match))
        return false;
    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        const char *name = json_string_value(json_object_get(link, "name"));
        if (!name || !patient_link_is_routed(link) || nl_ifindex(patient->inside, name) != match.out)
            continue;
        *ret = (Passage){.patient = patient,
                         .link = link,
                         .end = json_string_value(json_object_get(link, "host")),
                         .family = family};
        ret->end_index = nl_ifindex(patient->host, ret->end);
        g_snprintf(ret->topic, sizeof ret->topic, "%s out", family_name(family));
        return ret->end_index != 0;
    }
    return false;
}

/* A tunnel that is not masqueraded is meant to reach the world only where the host is a router by its own
 * settings: else our table keeps it, and an end may forward for the answers of its ports alone. */
static bool is_meant(const Passage *passage)
{
    g_auto(Guarded) guarded = forwarding_guarded();

    return is_masqueraded(passage) ||
           !(guarded.families & (passage->family == AF_INET ? FAMILIES_IPV4 : FAMILIES_IPV6));
}

/* Where the host itself can reach IPv4 but has no IPv6, its namespaces need none either. */
static void found_no_route(const Passage *passage)
{
    IpAddress unused;
    RouteMatch match = {};
    bool other = doctor_route_nowhere(passage->patient->host, passage->family == AF_INET ? AF_INET6 : AF_INET,
                                      0, NULL, &unused, &match);

    found(passage, other ? FINDING_NOTE : FINDING_BROKEN,
          g_strdup_printf("the host itself has no %s default route", family_name(passage->family)),
          g_strdup("give it one, or let packets leave another way by Uplink= in [NAT]"));
}

/* Where to, and by which interface, as the host's routes and rules say for what comes in by our end. */
static bool way_of(const Passage *passage, int family, IpAddress *ret, RouteMatch *ret_match)
{
    IpAddress from;

    return first_address(passage->link, "addresses", family, &from) &&
           doctor_route_nowhere(passage->patient->host, family, passage->end_index, &from, ret, ret_match);
}

/* The fence of Uplink= is closed, as it was asked for. Nothing is wrong where the other family has a way. */
static void found_no_uplink(const Passage *passage)
{
    IpAddress unused;
    RouteMatch match = {};
    bool other = way_of(passage, passage->family == AF_INET ? AF_INET6 : AF_INET, &unused, &match);
    json_t *state = ways_state(passage->patient->name);
    g_autoptr(GString) wanted = g_string_new(NULL);
    size_t i;
    json_t *word;

    json_array_foreach(json_object_get(state, "wanted"), i, word)
    {
        g_string_append_printf(wanted, "%s%s", i > 0 ? " " : "", json_string_value(word));
    }
    json_decref(state);
    found(passage, other ? FINDING_NOTE : FINDING_WARNING,
          g_strdup_printf("nothing leaves: Uplink=%s has no %s way out now", wanted->str,
                          family_name(passage->family)),
          other ? NULL
                : g_strdup_printf("bring that interface up; netnsctl start %s looks for it again",
                                  passage->patient->name));
}

/* Where the routes for what comes in by our end say nothing, those of the host itself: the packet shows what
 * becomes of it. */
static void check_family_out(Passage *passage)
{
    Patient *patient = passage->patient;
    RouteMatch match = {};
    IpAddress to = {};
    char uplink[IF_NAMESIZE] = "";

    if (!host_forwards(patient, passage->family, passage->end, ""))
        return;
    if (!way_of(passage, passage->family, &to, &match)) {
        if (group_of(passage) & FIREWALL_WAYS) {
            found_no_uplink(passage);
            return;
        }
        if (!doctor_route_nowhere(patient->host, passage->family, 0, NULL, &to, &match)) {
            found_no_route(passage);
            return;
        }
    }
    (void)if_indextoname(match.out, uplink);
    if (host_forwards(patient, passage->family, passage->end, uplink)) {
        passage->to = to;
        try(passage);
    }
}

void doctor_check_way_out(Patient *patient)
{
    static const int families[] = {AF_INET, AF_INET6};

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        Passage passage;
        if (passage_out(patient, families[i], &passage) && is_meant(&passage))
            check_family_out(&passage);
    }
}

/* ---- in -------------------------------------------------------------------------------------------------
 */

static void check_link_in(Patient *patient, const json_t *link)
{
    static const int families[] = {AF_INET, AF_INET6};
    Passage passage = {.patient = patient,
                       .link = link,
                       .end = json_string_value(json_object_get(link, "host")),
                       .to_host = true};

    passage.end_index = nl_ifindex(patient->host, passage.end);
    if (!passage.end_index || !(group_of(&passage) & FIREWALL_HOST_ACCESS))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        passage.family = families[i];
        g_snprintf(passage.topic, sizeof passage.topic, "%s to the host", family_name(families[i]));
        if (first_address(link, "host_addresses", families[i], &passage.to))
            try(&passage);
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
