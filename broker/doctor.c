/* doctor.c - see doctor.h.
 *
 * Every check is a function in the table below, and knows nothing of the others. Root's see all; those for
 * everybody make do with what the broker tells its caller. */
#include "doctor.h"

#include "ask.h"
#include "doctor-check.h"
#include "doctor-probe.h"
#include "say.h"
#include "status.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#define STATUS_BROKEN 1
#define STATUS_WARNING 3

typedef struct Check {
    void (*look)(Patient *patient);
    bool root; /* wants the record, the namespace and the host: only of one that is up */
} Check;

static const Check checks[] = {
    {doctor_check_conf},           {doctor_check_state},
    {doctor_check_links},          {doctor_check_ends, true},
    {doctor_check_inside, true},   {doctor_check_leases},
    {doctor_check_ruleset, true},  {doctor_check_dns_guard, true},
    {doctor_check_resolver, true}, {doctor_check_watch, true},
    {doctor_check_table, true},    {doctor_check_way_out, true},
    {doctor_check_way_in, true},   {doctor_check_etc},
    {doctor_check_dns, true},      {doctor_check_clock, true},
    {doctor_check_services},       {doctor_check_client},
    {doctor_check_browser},
};

typedef struct Doctor {
    bool json, ask_password, root;
    char **names; /* of argv, NULL-terminated */
    int lock;     /* of probe_begin(), -1 */
    json_t *all;  /* what is found of each */
    bool failed;  /* to find something out */
} Doctor;

static int usage(void)
{
    return say_usage("doctor [--json] [--no-ask-password] [NAME...]");
}

/* -1: go on, else the exit status. */
static int parse(int argc, char **argv, Doctor *doctor)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"no-ask-password", no_argument, NULL, 'p'}, {}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == 'j')
            doctor->json = true;
        else if (option == 'p')
            doctor->ask_password = false;
        else
            return usage();
    doctor->names = argv + optind;
    return -1;
}

static void failed(Doctor *doctor, GError *error)
{
    say_error("%s", error->message);
    g_error_free(error);
    doctor->failed = true;
}

/* ---- one -------------------------------------------------------------------------------------------- */

static bool open_as_root(Patient *patient, GError **error)
{
    patient->host = nl_open(error);
    patient->record = patient->host ? record_load(patient->name, error) : NULL;
    patient->nsfd = nsfs_open(patient->name, NULL);
    if (patient->nsfd >= 0 && patient->host && !*error)
        patient->inside = nl_open_at(patient->nsfd, error);
    return !*error;
}

static void patient_close(Patient *patient)
{
    json_decref(patient->status);
    conf_free(patient->conf);
    unit_state_clear(&patient->unit);
    g_clear_error(&patient->slip);
    record_free(patient->record);
    if (patient->nsfd >= 0)
        close(patient->nsfd);
    nl_free(patient->inside);
    nl_free(patient->host);
}

/* Sees what there is to see, and hands out the findings. */
static json_t *examine(Doctor *doctor, Patient *patient)
{
    const char *state = json_string_value(json_object_get(patient->status, "state"));

    patient->up = g_strcmp0(state, "up") == 0;
    if (doctor->root)
        patient->conf = status_conf(patient->name, patient->record, &patient->slip);
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        if (!checks[i].root || (patient->up && patient->record && patient->inside && doctor->lock >= 0))
            checks[i].look(patient);
    if (!doctor->root)
        finding_add(patient, FINDING_NOTE, "firewall and routes", g_strdup("not looked at: only root can"),
                    g_strdup_printf("sudo netnsctl doctor %s", patient->name));
    return json_pack("{s:s, s:s, s:s*, s:O}", "name", patient->name, "verdict",
                     finding_verdict(patient->findings), "state", state, "findings", patient->findings);
}

static void examine_name(Doctor *doctor, const char *name)
{
    Patient patient = {.name = name, .nsfd = -1, .findings = json_array()};
    GError *error = NULL;

    patient.status = ask_status(name, doctor->ask_password, &error);
    if (patient.status) {
        unit_state_find(name, &patient.unit);
        ask_services(patient.status);
    }
    if (patient.status && (!doctor->root || open_as_root(&patient, &error)))
        json_array_append_new(doctor->all, examine(doctor, &patient));
    if (error)
        failed(doctor, error);
    json_decref(patient.findings);
    patient_close(&patient);
}

/* ---- all -------------------------------------------------------------------------------------------- */

static void examine_all(Doctor *doctor)
{
    GError *error = NULL;
    json_t *list = ask_list(doctor->ask_password, &error), *entry;
    size_t i;

    if (error)
        failed(doctor, error);
    json_array_foreach(list, i, entry)
    {
        if (json_is_string(json_object_get(entry, "name")))
            examine_name(doctor, json_string_value(json_object_get(entry, "name")));
    }
    json_decref(list);
}

/* The exit status that all verdicts together come to. */
static int exit_status(const Doctor *doctor)
{
    int status = doctor->failed ? STATUS_BROKEN : 0;
    size_t i;
    json_t *entry;

    json_array_foreach(doctor->all, i, entry)
    {
        const char *verdict = json_string_value(json_object_get(entry, "verdict"));
        if (g_strcmp0(verdict, "broken") == 0)
            status = STATUS_BROKEN;
        else if (g_strcmp0(verdict, "warning") == 0 && status == 0)
            status = STATUS_WARNING;
    }
    return status;
}

static bool print(const Doctor *doctor)
{
    size_t i;
    json_t *entry;

    json_array_foreach(doctor->all, i, entry)
    {
        if (!doctor->json)
            findings_print(entry);
    }
    if (doctor->json) {
        json_dumpf(doctor->all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
        putchar('\n');
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    say_error("cannot write to standard output: %s", g_strerror(errno));
    return false;
}

int doctor_main(int argc, char **argv)
{
    Doctor doctor = {.ask_password = true, .root = geteuid() == 0, .lock = -1, .all = json_array()};
    int status = parse(argc, argv, &doctor);
    GError *error = NULL;

    if (status >= 0) {
        json_decref(doctor.all);
        return status;
    }
    if (doctor.root && (doctor.lock = probe_begin(&error)) < 0)
        failed(&doctor, error);
    for (char **name = doctor.names; *name; name++)
        examine_name(&doctor, *name);
    if (!doctor.names[0])
        examine_all(&doctor);
    if (doctor.lock >= 0)
        close(doctor.lock);
    status = print(&doctor) ? exit_status(&doctor) : STATUS_BROKEN;
    json_decref(doctor.all);
    return status;
}
