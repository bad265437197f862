/* doctor-check.h - what `netnsctl doctor` looks at and finds: one patient, and a list of small checks
 * (doctor.c has the table of them). */
#pragma once

#include "conf.h"
#include "nl.h"
#include "record.h"
#include "unit-state.h"

typedef struct Patient {
    const char *name;
    json_t *status; /* status.h, as the caller may see it */
    bool up;        /* its state says so */
    bool shut;      /* found: nobody can enter */
    UnitState unit; /* what systemd says */
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

/* Is anything wrong among @findings from number @first on: a warning, or broken? @topics: about one of these,
 * NULL-terminated; NULL: whatever it is about. */
bool finding_any(const json_t *findings, size_t first, const char *const *topics);

/* "good" (notes do not count), "warning", "broken": the worst of them. */
const char *finding_verdict(const json_t *findings);

/* What examine() in doctor.c has made of one: the verdict, and each finding with its advice, on stdout. */
void findings_print(const json_t *patient);

/* Advice: what makes all of the namespace anew. Owned by the caller. */
char *patient_anew(const Patient *patient);

/* Is a link of the record one whose other end is the host's, on no bridge? Then packets go through the host.
 */
bool patient_link_is_routed(const json_t *link);

/* The checks. Each adds what it finds, and nothing where there is nothing to say. */
void doctor_check_conf(Patient *patient);     /* the files */
void doctor_check_services(Patient *patient); /* those that are attached run inside */
void doctor_check_state(Patient *patient);    /* up, down, broken … */
void doctor_check_links(Patient *patient);    /* as status sees them */
void doctor_check_ends(Patient *patient);   /* root: what the record says was made, in the host and inside */
void doctor_check_inside(Patient *patient); /* root: addresses and default routes inside, as they were made */
void doctor_check_leases(Patient *patient); /* root, also of one that is being started: DHCP */
void doctor_check_ruleset(Patient *patient);   /* root: the namespace's own rules */
void doctor_check_resolver(Patient *patient);  /* root: that of Resolver= runs */
void doctor_check_dns_guard(Patient *patient); /* root: that nobody else is asked for names */
void doctor_check_table(Patient *patient);     /* root: our own nft table */
void doctor_check_way_out(Patient *patient);   /* root: a packet to the world */
void doctor_check_way_in(Patient *patient);    /* root: a packet to the host, where HostAccess= allows that */
void doctor_check_watch(Patient *patient);     /* root: who follows the host's changes */
void doctor_check_etc(Patient *patient);       /* the admin's own files: /etc/netns/NAME */
void doctor_check_client(Patient *patient);    /* chnetns, its capability, the socket, polkit */
void doctor_check_browser(Patient *patient);   /* programs outside that take over what is started inside */
void doctor_check_clock(Patient *patient);     /* root */
void doctor_check_dns(Patient *patient); /* root: name servers, and paths that lead past the namespace */
