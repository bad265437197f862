/* port.h - [Port] Listen= and To=: text to value and back, and whether two mean the same port. */
#pragma once

#include "conf.h"

/* "8000" or "8000-8010", 1 to 65535. */
bool port_range_parse(const char *text, PortRange *ret);
char *port_range_format(const PortRange *range); /* owned by the caller */
unsigned port_range_size(const PortRange *range);

/* "8000-8010", "203.0.113.1:80", "[2001:db8::1]:80" into ->address and ->range. @error is a sentence without
 * file and line. */
bool port_listen_parse(const char *text, PortListen *ret, GError **error);
char *port_listen_format(const PortListen *listen); /* owned by the caller */

/* Of which families the addresses are that it takes connections at. */
Families port_listen_families(const PortListen *listen);

/* Would a connection be of both? */
bool port_listen_overlap(const PortListen *a, const PortListen *b);

/* "tcp", "udp", "both" */
const char *port_protocols_name(uint8_t protocols);
uint8_t port_protocols_find(const char *name); /* 0: no such word */
