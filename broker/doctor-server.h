/* doctor-server.h - the name servers that programs inside a namespace have, and those that a resolver of its
 * own asks for them: do they answer? */
#pragma once

#include "doctor-check.h"

typedef struct Servers {
    Patient *patient;
    const char *resolver;                /* the program of Resolver=; NULL: none */
    unsigned named;                      /* in the resolv.conf that programs see */
    unsigned upstream, upstream_working; /* of the resolver */
    GString *working;                    /* those named that look names up, separated by commas */
} Servers;

/* Whom the resolver of the namespace's own asks; nobody where there is none. Owned by the caller. */
char **servers_upstream(const Patient *patient);

/* Adds what is wrong with the servers of @lookups (doctor-lookup.h). @is_leak: that one is none to judge,
 * what was asked for by it went past the namespace; @user is its own. To be ended by servers_done(). */
typedef bool (*ServersLeak)(const void *user, const json_t *lookup);
void servers_judge(Servers *servers, Patient *patient, const json_t *lookups, ServersLeak is_leak,
                   const void *user);
void servers_done(Servers *servers);

/* There are none: a finding only where something leads into the world. */
void servers_missing(Patient *patient);

/* What can be said where nobody can enter to ask: of MountEtc=no alone, with which programs see the host's
 * stub. */
void servers_unasked(Patient *patient);
