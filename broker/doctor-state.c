/* doctor-state.c - checks of netnsctl doctor: is the namespace there, are its links and ends. */
#include "device.h"
#include "doctor-check.h"
#include "end.h"
#include "plan.h"

static char *advise(const char *format, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(format, "%s", -1);

    return g_strjoinv(name, parts);
}

/* Of one that is down, or broken: why its start has failed, where systemd knows. A file that cannot be loaded
 * is told apart (doctor-conf.c). */
static char *why_failed(const Patient *patient)
{
    return patient->slip || !patient->unit.failed ? NULL : unit_state_why(patient->name, &patient->unit);
}

static void found_failed(Patient *patient, char *why)
{
    json_t *finding = finding_add(
        patient, FINDING_BROKEN, "state", g_strdup_printf("it is down, and its last start failed: %s", why),
        g_strdup_printf("mend that, then: netnsctl start %s\njournalctl -u %s has all of it", patient->name,
                        patient->unit.failed));

    json_object_set_new(finding, "unit", json_string(patient->unit.failed));
    g_free(why);
}

static void found_broken(Patient *patient)
{
    const char *why = json_string_value(json_object_get(patient->status, "why"));
    g_autofree char *failed = why_failed(patient);

    finding_add(patient, FINDING_BROKEN, "state",
                g_strconcat(why ? why : "it is there and not ready",
                            failed ? "; its last start failed: " : NULL, failed, NULL),
                advise("netnsctl start %s makes it again, netnsctl stop %s removes it", patient->name));
}

static void found_down(Patient *patient)
{
    char *why = why_failed(patient);

    if (why)
        found_failed(patient, why);
    else
        finding_add(patient, FINDING_NOTE, "state", g_strdup("it is down"),
                    patient->slip ? NULL
                                  : advise("the first use starts it, or: netnsctl start %s", patient->name));
}

static void found_changing(Patient *patient)
{
    finding_add(patient, FINDING_WARNING, "state", g_strdup("it is being started or stopped just now"),
                advise("if that goes on: journalctl -u netns@%s", patient->name));
}

static void found_foreign(Patient *patient)
{
    finding_add(patient, FINDING_BROKEN, "state",
                g_strdup("a namespace of this name exists and was not made by netns-broker"),
                advise("ip netns delete %s, where nobody needs it any more, then: netnsctl start %s\n"
                       "or Adopt=yes in the [Namespace] of %s takes it over, then: netnsctl start %s",
                       patient->name));
}

/* Somebody else's: what is inside is as they want it. */
static bool is_foreign(const Patient *patient)
{
    return g_strcmp0(json_string_value(json_object_get(patient->status, "state")), "foreign") == 0;
}

void doctor_check_state(Patient *patient)
{
    static const struct {
        const char *state;
        void (*found)(Patient *patient);
    } states[] = {{"down", found_down},
                  {"changing", found_changing},
                  {"broken", found_broken},
                  {"foreign", found_foreign}};
    const char *state = json_string_value(json_object_get(patient->status, "state"));

    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_strcmp0(state, states[i].state) == 0)
            states[i].found(patient);
}

/* ActivationPolicy=down */
static bool is_to_be_down(const Patient *patient, const char *name)
{
    for (guint i = 0; patient->conf && i < patient->conf->links->len; i++) {
        const LinkConf *link = patient->conf->links->pdata[i];
        char own[IFNAMSIZ], host[IFNAMSIZ];
        plan_link_names(patient->conf, link, own, host);
        if (link->up == TRISTATE_NO && g_str_equal(own, name))
            return true;
    }
    return false;
}

/* A tap or tun that is up is without a carrier until a program opens it. */
static bool is_unopened(const json_t *link, const char *state)
{
    const char *kind = json_string_value(json_object_get(link, "kind"));

    return g_str_equal(state, "no-carrier") && (g_strcmp0(kind, "tap") == 0 || g_strcmp0(kind, "tun") == 0);
}

/* Only root's doctor looks at the host. */
static bool is_cut_off(const Patient *patient, const json_t *link)
{
    const char *end = json_string_value(json_object_get(link, "peer"));

    return patient->host && end && !json_object_get(link, "peer_namespace") &&
           nl_ifindex(patient->host, end) && !nl_is_set_up(patient->host, end);
}

/* Of one that has no carrier. Owned by the caller. */
static char *advise_below(const json_t *link)
{
    const char *parent = json_string_value(json_object_get(link, "parent")),
               *peer = json_string_value(json_object_get(link, "peer"));

    if (parent)
        return g_strdup_printf("look at %s, which it sits on: ip link show %s", parent, parent);
    return peer ? g_strdup_printf("look at %s, its other end", peer)
                : g_strdup("look at the interface that is its other end, or below it");
}

void doctor_check_links(Patient *patient)
{
    size_t i;
    json_t *link;

    if (is_foreign(patient))
        return;
    json_array_foreach(json_object_get(patient->status, "links"), i, link)
    {
        const char *name = json_string_value(json_object_get(link, "name"));
        const char *state = json_string_value(json_object_get(link, "state"));
        if (!name || !state || g_str_equal(state, "up") || is_to_be_down(patient, name) ||
            is_unopened(link, state))
            continue;
        bool cut_off = is_cut_off(patient, link), down = g_str_equal(state, "down");
        char *text = cut_off ? g_strdup_printf("%s inside is %s: its end in the host, %s, was set down", name,
                                               state, json_string_value(json_object_get(link, "peer")))
                             : g_strdup_printf("%s inside is %s", name, state);
        /* to set it up again does not bring back the routes that went with it */
        finding_add(patient, FINDING_WARNING, "links", text,
                    cut_off ? advise("netnsctl start %s makes it again", patient->name)
                    : down  ? patient_anew(patient)
                            : advise_below(link));
    }
}

bool patient_link_is_routed(const json_t *link)
{
    return json_object_get(link, "host") && !json_object_get(link, "peer_namespace") &&
           json_array_size(json_object_get(link, "host_addresses")) > 0 &&
           g_strcmp0(json_string_value(json_object_get(link, "kind")), "veth") == 0;
}

static void missing(Patient *patient, const json_t *link, const char *what, const char *name)
{
    const char *label = json_string_value(json_object_get(link, "label"));

    finding_add(patient, FINDING_BROKEN, "links",
                g_strdup_printf("[Link %s]: %s, %s, is gone", label ? label : "", what, name),
                g_strdup_printf("netnsctl start %s makes it again", patient->name));
}

/* That it was set down is told of the link inside. */
static void changed(Patient *patient, const char *label, const char *host, const char *fault)
{
    finding_add(patient, FINDING_BROKEN, "links",
                g_strdup_printf("[Link %s]: its end in the host, %s, %s", label ? label : "", host, fault),
                g_strdup_printf("netnsctl start %s makes it again", patient->name));
}

static void awaited(Patient *patient, const char *label, const char *name, const char *mark)
{
    if (name && !device_is_there(patient->inside, name, mark))
        finding_add(
            patient, FINDING_NOTE, "links",
            g_strdup_printf("[Link %s]: its VPN is not there, and no way out until it comes",
                            label ? label : ""),
            g_strdup_printf("start the VPN program, whose script is netnsctl take %s", patient->name));
}

void doctor_check_ends(Patient *patient)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        const char *name = json_string_value(json_object_get(link, "name"));
        const char *host = json_string_value(json_object_get(link, "host"));
        const char *label = json_string_value(json_object_get(link, "label"));
        g_autofree char *fault = NULL;
        g_autofree char *mark = device_mark(patient->name, json_object_get(link, "taken") ? label : NULL);
        if (json_is_true(json_object_get(link, "awaited"))) {
            awaited(patient, label, name, mark);
            continue;
        }
        if (name && !device_is_there(patient->inside, name, mark))
            missing(patient, link, "its interface inside", name);
        if (!host || json_object_get(link, "peer_namespace"))
            continue;
        if (!device_is_there(patient->host, host, mark))
            missing(patient, link, "its end in the host", host);
        else if (nl_is_set_up(patient->host, host) &&
                 (fault = end_fault(link, patient->inside, patient->host)))
            changed(patient, label, host, fault);
    }
}
