/* doctor-lease.c - checks of netnsctl doctor: are the DHCP clients at work, and have they got anything. */
#include "dhcp-start.h"
#include "doctor-check.h"
#include "leased.h"

#define TOPIC "DHCP"
#define PATIENCE 10  /* s, where `up` waits for no lease */
#define NO_CARRIER 5 /* s, as long as `up` waits for one without which none can come */

/* Until when nothing is wrong with a client that has none yet. */
static gint64 patience(const Patient *patient, const char *label)
{
    for (guint i = 0; patient->conf && i < patient->conf->links->len; i++) {
        const LinkConf *link = patient->conf->links->pdata[i];
        if (g_str_equal(link->label, label) && link->dhcp_timeout)
            return link->dhcp_timeout;
    }
    return PATIENCE;
}

/* Of two families it has one: many a network has no IPv6. */
static void found_half(Patient *patient, const char *label, const char *client, const char *missing,
                       gint64 age)
{
    bool four = g_str_has_prefix(missing, "IPv4");

    finding_add(patient, four ? FINDING_WARNING : FINDING_NOTE, TOPIC,
                g_strdup_printf("[Link %s]: %s has been asking for %" G_GINT64_FORMAT " s, and has got no %s",
                                label, client, age, missing),
                g_strdup_printf("is there a DHCP server%s on that network? Where there is none, DHCP=%s asks "
                                "for the other family alone",
                                four ? "" : " for IPv6", four ? "ipv6" : "ipv4"));
}

/* dhcpcd looks for seconds whether an address is taken that it has been offered: so no server is blamed. */
static void found_missing(Patient *patient, const json_t *link, const char *client, const char *missing)
{
    const char *label = json_string_value(json_object_get(link, "label")),
               *name = json_string_value(json_object_get(link, "name"));
    gint64 age = dhcp_client_age(patient->name, label);
    bool all = g_str_equal(missing, "lease");

    if (age < 0)
        return;
    /* the client notes its beginning up to a second late; once it is up, `up` has waited to the end */
    if (patient->up)
        age++;
    if (all && age >= NO_CARRIER && patient->inside && name && !nl_has_carrier(patient->inside, name))
        finding_add(
            patient, FINDING_WARNING, TOPIC,
            g_strdup_printf("[Link %s]: %s gets no lease: %s inside has no carrier", label, client, name),
            g_strdup("is the cable in, and the other end up?"));
    else if (age < patience(patient, label))
        finding_add(patient, FINDING_NOTE, TOPIC,
                    g_strdup_printf("[Link %s]: %s is still asking%s%s, for %" G_GINT64_FORMAT " s now",
                                    label, client, all ? "" : " for an ", all ? "" : missing, age),
                    NULL);
    else if (!all)
        found_half(patient, label, client, missing, age);
    else
        finding_add(patient, FINDING_WARNING, TOPIC,
                    g_strdup_printf("[Link %s]: %s has been asking for %" G_GINT64_FORMAT
                                    " s, and has got no lease",
                                    label, client, age),
                    g_strdup("is the cable in, and a DHCP server on that network?"));
}

/* What it got is good until it runs out. */
static void found_ended(Patient *patient, const char *label, const char *client, const json_t *lease)
{
    gint64 end = leased_end(lease), now = g_get_real_time() / G_USEC_PER_SEC;
    g_autoptr(GDateTime) time = end > now && end < G_MAXINT64 ? g_date_time_new_from_unix_local(end) : NULL;
    g_autofree char *until = time ? g_date_time_format(time, ", which runs out %F %T") : NULL;
    bool has = end > now;

    finding_add(
        patient, has ? FINDING_WARNING : FINDING_BROKEN, TOPIC,
        g_strdup_printf("[Link %s]: its DHCP client, %s, has ended%s%s", label, client,
                        has ? ": nobody renews its lease" : " and there is no lease", until ? until : ""),
        g_strdup_printf(
            "netnsctl start %s starts it again%s; the system's log has its last words", patient->name,
            dhcp_client_is_kept(patient->record, label) ? ", if it does not come by itself after a while"
                                                        : ""));
}

static void found_alone(Patient *patient, const char *label, const char *client)
{
    finding_add(patient, FINDING_WARNING, TOPIC,
                g_strdup_printf("[Link %s]: nobody would start its DHCP client, %s, again if that ended",
                                label, client),
                g_strdup_printf("netnsctl start %s mends that", patient->name));
}

static void check_lease(Patient *patient, const json_t *link, const json_t *lease)
{
    const char *label = json_string_value(json_object_get(link, "label")),
               *client = json_string_value(json_object_get(lease, "client")),
               *missing = leased_missing(lease);

    if (patient->up && !dhcp_client_is_there(patient->record, label))
        found_ended(patient, label, client, lease);
    else if (patient->up && !dhcp_client_is_kept(patient->record, label))
        found_alone(patient, label, client);
    else if (missing)
        found_missing(patient, link, client, missing);
}

/* Also while it is being started: then that is what it waits for. */
void doctor_check_leases(Patient *patient)
{
    bool changing = g_strcmp0(json_string_value(json_object_get(patient->status, "state")), "changing") == 0;
    size_t i;
    json_t *link;

    if (!patient->record || !(patient->up || changing))
        return;
    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        const char *label = json_string_value(json_object_get(link, "label"));
        json_t *lease = label ? leased_load(patient->name, label) : NULL;
        if (lease)
            check_lease(patient, link, lease);
        json_decref(lease);
    }
}
