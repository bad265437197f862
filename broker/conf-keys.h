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
    conf_peer_keys[], conf_nat_keys[], conf_firewall_keys[], conf_dns_keys[];

/* Of uint32_t: "30", "30s" or "1min", at most @max seconds. */
extern const ConfType conf_type_seconds;

/* [DNS] Servers=, of a whole Conf. */
extern const ConfType conf_type_servers;

extern const ConfWord conf_dhcp_clients[];

/* 68: the least IPv4 allows (RFC 791), the kernel's ETH_MIN_MTU */
#define MTU_KEY(NAME, STRUCT) CONF_KEY(NAME, STRUCT, mtu, .min = 68, .max = 65535)

/* `up` is to be over before systemd's patience is (TimeoutStartSec= of netns@.service). */
#define DHCP_TIMEOUT_MAX 60

/* NULL when there is none of this name. */
const ConfSection *conf_section_find(const char *name);

/* The first section that has this key, NULL: none has. */
const char *conf_section_of(const char *key);

/* Free what the keys filled in @object. */
void conf_keys_clear(const ConfKey *keys, void *object);

/* Where nothing was given, make lists and string vectors empty instead of NULL. */
void conf_keys_complete(const ConfKey *keys, void *object);
