/* doctor-journey.c - see doctor-journey.h. */
#include "doctor-journey.h"

#include "doctor-legacy.h"
#include "doctor-probe.h"
#include "doctor-rule.h"
#include "firewall.h"
#include "ip.h"

#include <net/if.h>
#include <string.h>

/* What programs mostly want; a firewall that lets only that pass is none in the way. */
#define PORT_OUT 443
/* discard: nobody listens, and a refusal is as good as an answer. */
#define PORT_HOST 9

static uint16_t port_of(const Journey *journey)
{
    return journey->port ? journey->port : journey->to_host ? PORT_HOST : PORT_OUT;
}

json_t *journey_found(const Journey *journey, FindingLevel level, char *text, char *advice)
{
    json_t *finding = finding_add(journey->patient, level, journey->topic, text, advice);
    g_autofree char *to = journey->to.family == AF_UNSPEC ? NULL : ip_address_format(&journey->to);

    if (to) {
        json_object_set_new(finding, "to", json_string(to));
        json_object_set_new(finding, "port", json_integer(port_of(journey)));
    }
    return finding;
}
/* ---- the fates of a packet, each a finding ------------------------------------------------------------ */

static void found_obstacle(const Journey *journey, Obstacle *obstacle, const char *what, FindingLevel level)
{
    g_autofree char *words = obstacle_describe(obstacle);
    json_t *finding = journey_found(journey, level, g_strdup_printf("%s %s", what, words),
                                    obstacle_advise(obstacle, journey->end, journey->to_host));

    obstacle_put(obstacle, finding);
    obstacle_done(obstacle);
}

static bool rejects(const Obstacle *obstacle)
{
    return obstacle->rule && (strstr(obstacle->rule, "reject") || strstr(obstacle->rule, "REJECT"));
}

static void found_dropped(const Journey *journey, const Fate *fate)
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
    found_obstacle(journey, &obstacle, what, fate->kind == FATE_TAKEN ? FINDING_WARNING : FINDING_BROKEN);
}

static void found_kept(const Journey *journey, const Fate *fate)
{
    const char *name = journey->patient->name;
    char *status = g_strdup_printf("netnsctl status %s shows links, addresses and routes", name);
    char *rules = g_strdup_printf("ip netns exec %s nft list ruleset shows its rules", name);

    if (fate->refused)
        journey_found(journey, FINDING_NOTE, g_strdup("kept by the namespace's own firewall"),
                      g_steal_pointer(&rules));
    else if (fate->errnum)
        journey_found(journey, FINDING_BROKEN,
                      g_strdup_printf("the namespace cannot send it: %s", strerrordesc_np(fate->errnum)),
                      g_steal_pointer(&status));
    else
        journey_found(journey, FINDING_BROKEN,
                      g_strdup_printf("it does not come out of the namespace by %s", journey->end),
                      g_strjoin("\n", status, rules, NULL));
    g_free(status);
    g_free(rules);
}

static void found_lost(const Journey *journey, const Probe *probe, const Fate *fate)
{
    g_autoptr(GError) error = NULL;
    Obstacle obstacle;

    if (legacy_is_there(journey->family) && legacy_find(probe, journey->to_host, &obstacle, &error)) {
        found_obstacle(journey, &obstacle, rejects(&obstacle) ? "rejected by" : "dropped by", FINDING_BROKEN);
        return;
    }
    if (error)
        journey_found(journey, FINDING_WARNING, g_strdup(error->message), NULL);
    if (fate->errnum)
        journey_found(journey, FINDING_BROKEN,
                      g_strdup_printf("the host answers \"%s\": its routes lead what comes in by %s nowhere",
                                      strerrordesc_np(fate->errnum), journey->end),
                      g_strdup("ip rule, and ip route show table all, show them"));
    else
        journey_found(
            journey, FINDING_BROKEN,
            g_strdup_printf("lost in the host after it came in by %s, by no rule of nftables", journey->end),
            g_strdup("look for blackhole routes, rp_filter and programs of tc on the way"));
}

bool journey_has(const Journey *journey, const char *key, const IpAddress *address)
{
    g_autofree char *text = ip_address_format(address);
    size_t i;
    json_t *own;

    json_array_foreach(json_object_get(journey->link, key), i, own)
    {
        g_auto(GStrv) parts = g_strsplit(json_string_value(own), "/", 2);
        if (g_strcmp0(parts[0], text) == 0)
            return true;
    }
    return false;
}

uint32_t journey_group(const Journey *journey)
{
    uint32_t group = nl_ifgroup(journey->patient->host, journey->end);

    return group == NL_NO_GROUP ? 0 : group;
}

bool journey_is_masqueraded(const Journey *journey)
{
    return journey_group(journey) &
           (journey->family == AF_INET ? FIREWALL_MASQUERADE_IPV4 : FIREWALL_MASQUERADE_IPV6);
}

static void found_left(const Journey *journey, const Fate *fate)
{
    char name[IF_NAMESIZE] = "?";

    (void)if_indextoname(fate->out, name);
    if (journey_is_masqueraded(journey) && fate->source.family != AF_UNSPEC &&
        journey_has(journey, "addresses", &fate->source)) {
        g_autofree char *source = ip_address_format(&fate->source);
        journey_found(
            journey, FINDING_BROKEN,
            g_strdup_printf(
                "it leaves by %s from %s, its address inside, to which no answer finds back: it is not "
                "masqueraded",
                name, source),
            g_strdup_printf("netnsctl start %s puts our rules back", journey->patient->name));
        return;
    }
    json_object_set_new(journey_found(journey, FINDING_GOOD, g_strdup_printf("leaves by %s", name), NULL),
                        "interface", json_string(name));
}

static void found_arrived(const Journey *journey)
{
    if (journey->to_host)
        journey_found(journey, FINDING_GOOD, g_strdup("reaches the host"), NULL);
    else
        journey_found(journey, FINDING_WARNING,
                      g_strdup_printf("the host takes it for itself: a rule redirects what goes to port %d",
                                      port_of(journey)),
                      g_strdup("nft list ruleset shows it: look for redirect, dnat or tproxy"));
}

void journey_try(const Journey *journey)
{
    const Probe probe = {.nsfd = journey->patient->nsfd,
                         .end = journey->end_index,
                         .to = journey->to,
                         .port = port_of(journey),
                         .udp = journey->port != 0};
    g_autoptr(GError) error = NULL;
    Fate fate;

    if (!probe_send(&probe, &fate, &error)) {
        journey_found(journey, FINDING_WARNING, g_strdup_printf("could not be tried: %s", error->message),
                      NULL);
        return;
    }
    if (fate.kind == FATE_DROPPED || fate.kind == FATE_TAKEN)
        found_dropped(journey, &fate);
    else if (fate.kind == FATE_KEPT)
        found_kept(journey, &fate);
    else if (fate.kind == FATE_LOST)
        found_lost(journey, &probe, &fate);
    else if (fate.kind == FATE_LEFT)
        found_left(journey, &fate);
    else
        found_arrived(journey);
    fate_done(&fate);
}
