/* ports.h - [Port]: ports of the host that lead into a namespace. */
#pragma once

#include "conf.h"
#include "nl.h"

#include <jansson.h>

/* Can they be had: does no other namespace have them, and no socket of the host's own? "web.netns:7: [Port
 * http] Listen=80: …" */
bool ports_check(const Conf *conf, GError **error);

/* What is published, with the addresses that @detail has of the links, into detail["ports"]: [{"name",
 * "protocol", "listen", "to": ["198.18.0.2:80", "[fd00::2]:80"]}]. Nothing where there is no [Port]. */
void ports_describe(const Conf *conf, json_t *detail);

/* Of which families what is published is. */
Families ports_families(const json_t *detail);

/* The firewall's part, which counts from the next firewall_ensure() on. To be called with the host's lock,
 * and with a record saved that has the description: by it others find what is taken. */
bool ports_want(const Conf *conf, const json_t *detail, GError **error);

/* For clients of the host's own that connect to its loopback. To be called when the firewall stands: it keeps
 * others from there. */
bool ports_set_loopback(const Conf *conf, const json_t *detail, Nl *host, GError **error);

/* What went to the host before a port was published; what went to the namespace, of a record's @detail,
 * before it is down. */
void ports_forget_before(const Conf *conf);
void ports_forget_after(const json_t *detail);
