/* doctor-check.h - what `netnsctl doctor` looks at and finds: one patient, and a list of small checks
 * (doctor.c has the table of them). */
#pragma once

#include "conf.h"
#include "nl.h"
#include "record.h"

typedef struct Patient {
    const char *name;
    json_t *status; /* status.h, as the caller may see it */
    bool up;        /* its state says so */
    /* What only root sees; else as if there were none. */
    Conf *conf;   /* NULL: it cannot be loaded, or there is none */
    GError *slip; /* why not */
    Record *record;
    int nsfd;          /* the namespace, -1: none */
    Nl *host, *inside; /* inside is NULL where nsfd is -1 */
    json_t *findings;
} Patient;

typedef enum FindingLevel {
    FINDING_GOOD,    /* it was tried, and works */
    FINDING_NOTE,    /* worth knowing, and nothing wrong */
    FINDING_WARNING, /* something does not work, or will not */
    FINDING_BROKEN,
} FindingLevel;

/* Adds a finding: @topic is what it is about ("IPv4 out"), @text one sentence without the final stop; @advice
 * what to do, a line for each thing (NULL: nothing can be said). Takes text and advice. Returns the finding's
 * JSON, borrowed, for facts to be added. */
json_t *finding_add(Patient *patient, FindingLevel level, const char *topic, char *text, char *advice);

/* "good" (notes do not count), "warning", "broken": the worst of them. */
const char *finding_verdict(const json_t *findings);

/* Advice: what makes all of the namespace anew. Owned by the caller. */
char *patient_anew(const Patient *patient);

/* Is a link of the record one whose other end is the host's, on no bridge? Then packets go through the host.
 */
bool patient_link_is_routed(const json_t *link);

/* The checks. Each adds what it finds, and nothing where there is nothing to say. */
void doctor_check_conf(Patient *patient);   /* the files */
void doctor_check_state(Patient *patient);  /* up, down, broken … */
void doctor_check_links(Patient *patient);  /* as status sees them */
void doctor_check_ends(Patient *patient);   /* root: what the record says was made, in the host and inside */
void doctor_check_inside(Patient *patient); /* root: addresses and default routes inside, as they were made */
void doctor_check_ruleset(Patient *patient); /* root: the namespace's own rules */
void doctor_check_table(Patient *patient);   /* root: our own nft table */
void doctor_check_way_out(Patient *patient); /* root: a packet to the world */
void doctor_check_way_in(Patient *patient);  /* root: a packet to the host, where HostAccess= allows that */
