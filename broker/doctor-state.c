/* doctor-state.c - checks of netnsctl doctor: is the namespace there, are its links and ends. */
#include "device.h"
#include "doctor-check.h"
#include "plan.h"

#include <unistd.h>

static char *advise(const char *format, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(format, "%s", -1);

    return g_strjoinv(name, parts);
}

/* Why root's record says so; users are told that it is. */
static const char *why_broken(const Patient *patient)
{
    const Record *record = patient->record;
    g_autofree char *pin = g_build_filename(NSFS_DIR, patient->name, NULL);

    if (!record)
        return "it was made and not finished, or a change of its file could not be applied, or it has gone "
               "since";
    if (!record->ready)
        return "it was made and not finished";
    if (patient->nsfd < 0)
        return access(pin, F_OK) < 0 ? "its name in " NSFS_DIR " is gone"
                                     : "its name in " NSFS_DIR " is no namespace";
    if (!record->digest)
        return "a change of its file could not be applied";
    return "its name in " NSFS_DIR " is another namespace's";
}

void doctor_check_state(Patient *patient)
{
    static const struct {
        const char *state;
        FindingLevel level;
        const char *text; /* NULL: why_broken */
        const char *advice;
    } words[] = {
        {"down", FINDING_NOTE, "it is down", "the first use starts it, or: netnsctl start %s"},
        {"changing", FINDING_WARNING, "it is being started or stopped just now",
         "if that goes on: journalctl -u netns@%s"},
        {"broken", FINDING_BROKEN, NULL, "netnsctl start %s makes it again, netnsctl stop %s removes it"},
        {"foreign", FINDING_WARNING, "a namespace of this name exists and was not made by netns-broker",
         "Adopt=yes in its [Namespace] section takes it over; ip netns delete %s makes room"},
    };
    const char *state = json_string_value(json_object_get(patient->status, "state"));

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        bool cannot_start = patient->slip && words[i].level == FINDING_NOTE;
        if (g_strcmp0(state, words[i].state) == 0)
            finding_add(patient, words[i].level, "state",
                        g_strdup(words[i].text ? words[i].text : why_broken(patient)),
                        cannot_start ? NULL : advise(words[i].advice, patient->name));
    }
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

void doctor_check_links(Patient *patient)
{
    size_t i;
    json_t *link;

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
                    cut_off || down ? patient_anew(patient)
                                    : g_strdup("look at the interface that is its other end, or below it"));
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
        g_autofree char *mark = device_mark(patient->name, json_object_get(link, "taken") ? label : NULL);
        if (json_is_true(json_object_get(link, "awaited"))) {
            awaited(patient, label, name, mark);
            continue;
        }
        if (name && !device_is_there(patient->inside, name, mark))
            missing(patient, link, "its interface inside", name);
        if (host && !json_object_get(link, "peer_namespace") && !device_is_there(patient->host, host, mark))
            missing(patient, link, "its end in the host", host);
    }
}
