/* conf-check.h - what single values of a configuration cannot say: how they go together. */
#pragma once

#include "conf-read.h"

/* Check a Conf whose values are all in place. May fill in what follows from the rest: families of routes and
 * rules, whether a subnet is chosen. */
void conf_check(Conf *conf, ConfSlips *slips);

/* The parts of it. */

typedef struct Check {
    Conf *conf;
    ConfSlips *slips;
} Check;

/* A slip at a line; at one of the addresses of a line, named when there are several; at the last assignment
 * of @key. */
void check_slip_line(const Check *check, const ConfLine *line, const char *format, ...) G_GNUC_PRINTF(3, 4);
void check_slip_prefix(const Check *check, const IpPrefix *prefix, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void check_slip_key(const Check *check, const GPtrArray *lines, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

const char *check_family(int family); /* "IPv4", "IPv6" */

/* The lines of a section that has no name; the caller owns the array. */
GPtrArray *check_section_lines(const Conf *conf, const char *section);

/* Host bits behind the prefix length: the kernel answers "Invalid argument" to such a route or rule. */
void check_network(const Check *check, const IpPrefix *prefix);

/* A slip where @label, the value of Link=, is none of the links'; @lines: of the section. NULL then. */
const LinkConf *check_link_named(const Check *check, const GPtrArray *lines, const char *label);

/* @index: which one of the Conf's; it is compared with those before it. */
void check_link(const Check *check, LinkConf *link, guint index);
/* What the link hangs on: parent, master, another namespace. */
void check_parent(const Check *check, LinkConf *link, guint index);
void check_route(const Check *check, RouteConf *route, guint index);
void check_rule(const Check *check, RuleConf *rule);
void check_port(const Check *check, PortConf *port, guint index);
void check_peer(const Check *check, PeerConf *peer, guint index);
/* The admin's own word for @key, the last one. NULL: the type's, or none. */
const ConfLine *check_own_line(const LinkConf *link, const char *key);

/* DHCP= and what goes with it, the keys check_dhcp_keys. */
extern const char *const check_dhcp_keys[];
void check_dhcp(const Check *check, LinkConf *link);
void check_leased(const Check *check);
/* [DNS] Servers= and Resolver=; check_etc: beside MountEtc=no. */
void check_etc(const Check *check);
void check_dns(const Check *check);
/* [Namespace] KillSwitch=: nothing but that link leads anywhere. */
void check_kill_switch(const Check *check);
