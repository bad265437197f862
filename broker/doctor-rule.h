/* doctor-rule.h - a rule or policy that stands in a packet's way: its name, its text, whose it is, and what
 * to do. */
#pragma once

#include "doctor-check.h"
#include "doctor-probe.h"

typedef struct Obstacle {
    char *program; /* "nft", or "iptables", "ip6tables" where that made it; "iptables-legacy" … */
    char *family;  /* "ip", "inet" …; NULL for the legacy ones, which have one each */
    char *table, *chain;
    char *rule;        /* its text; NULL: it is the chain's policy */
    char *base;        /* the chain at whose start an exception works */
    bool forward;      /* that is on the way through the host, so that answers pass it too */
    const char *owner; /* who makes such chains: "docker"; NULL: not recognised */
    bool ours;
} Obstacle;

/* Of what dropped or took the probe. */
void obstacle_of(const Fate *fate, Obstacle *ret);
void obstacle_done(Obstacle *obstacle);

/* Does the chain or table tell who made it? @owner is what is known already. */
const char *obstacle_owner(const char *owner, const char *table, const char *chain);

/* "table ip filter, chain FORWARD: policy drop (docker)" */
char *obstacle_describe(const Obstacle *obstacle);
/* Commands, one a line, that let pass what comes from @end (an interface's name), and its answers. NULL:
 * nothing can be said. @to_host: what is for the host itself. */
char *obstacle_advise(const Obstacle *obstacle, const char *end, bool to_host);
/* Adds the names to the JSON of a finding. */
void obstacle_put(const Obstacle *obstacle, json_t *finding);
