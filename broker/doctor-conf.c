/* doctor-conf.c - checks of netnsctl doctor: the files. */
#include "build.h"
#include "check-host.h"
#include "client-file.h"
#include "doctor-check.h"
#include "link.h"
#include "ruleset-file.h"

/* All slips, not only the first. */
static void slips_report(Patient *patient, const char *type)
{
    g_autoptr(GPtrArray) slips = g_ptr_array_new_with_free_func(g_free);
    FindingLevel level = patient->up ? FINDING_WARNING : FINDING_BROKEN;

    conf_free(conf_load(patient->name, type, CONF_STRICT, slips, NULL));
    if (slips->len == 0)
        g_ptr_array_add(slips, g_strdup(patient->slip->message));
    for (guint i = 0; i < slips->len; i++)
        finding_add(
            patient, level, "configuration", g_strdup(slips->pdata[i]),
            i + 1 < slips->len ? NULL
            : patient->up
                ? g_strdup_printf("what is up is as it was before; mend the file, then: netnsctl start %s",
                                  patient->name)
                : g_strdup_printf("mend the file, then: netnsctl start %s", patient->name));
}

/* Users and groups, parents, programs and files that the configuration names. */
static void host_report(Patient *patient)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);

    check_host(patient->conf, notes);
    (void)check_ruleset(patient->conf, notes); /* what is wrong is among the notes */
    (void)check_clients(patient->conf, notes);
    for (guint i = 0; i < notes->len; i++) {
        g_auto(GStrv) parts = g_strsplit(notes->pdata[i], ": note: ", 2);
        finding_add(patient, FINDING_WARNING, "configuration", g_strjoinv(": ", parts), NULL);
    }
}

/* Compared only where a record says what was built. */
static void change_report(Patient *patient)
{
    const Record *record = patient->up ? patient->record : NULL;
    bool files = record && link_read_files(patient->conf, NULL, NULL) && /* only root can */
                 client_files_read(patient->conf, NULL);
    g_autofree char *now = record ? build_digest(patient->conf) : NULL;

    if (files && record->digest &&
        (!g_str_equal(now, record->digest) || g_strcmp0(ruleset_digest(patient->conf), record->ruleset) != 0))
        finding_add(patient, FINDING_NOTE, "configuration",
                    g_strdup("its files have changed since it was built"),
                    g_strdup_printf("netnsctl start %s applies them", patient->name));
}

void doctor_check_conf(Patient *patient)
{
    const Record *record = patient->record;

    if (patient->conf) {
        host_report(patient);
        change_report(patient);
    } else if (g_error_matches(patient->slip, CONF_ERROR, CONF_ERROR_GONE)) {
        finding_add(patient, FINDING_NOTE, "configuration", g_strdup(patient->slip->message),
                    g_strdup_printf("it stays until: netnsctl stop %s", patient->name));
    } else if (patient->slip && !g_error_matches(patient->slip, CONF_ERROR, CONF_ERROR_NOT_FOUND)) {
        slips_report(patient, record && record->asked ? record->type : NULL);
    }
}
