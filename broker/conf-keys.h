/* conf-keys.h - the sections of a .netns file and their keys: the schema, as tables. */
#pragma once

#include "parse.h"

typedef struct ConfSection {
    const char *name;
    const ConfKey *keys;
    bool labelled; /* [Link wan]: keys fill a struct per label; else they fill the Conf itself */
} ConfSection;

/* Ends with a NULL name. */
extern const ConfSection conf_sections[];

extern const ConfKey conf_link_keys[], conf_route_keys[], conf_rule_keys[], conf_port_keys[],
    conf_peer_keys[], conf_nat_keys[], conf_firewall_keys[];

/* NULL when there is none of this name. */
const ConfSection *conf_section_find(const char *name);

/* Free what the keys filled in @object. */
void conf_keys_clear(const ConfKey *keys, void *object);

/* Where nothing was given, make lists and string vectors empty instead of NULL. */
void conf_keys_complete(const ConfKey *keys, void *object);
