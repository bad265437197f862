/* taken.h - an interface that is there already, taken into a namespace: found, remembered, moved in.
 *
 * Its alias becomes device_mark(NAME, LABEL) before it is moved, so that it is found again wherever it is.
 * What it was is in the record before that: {"name", "altnames", "alias", "mac", "mtu", "up", "master"}. */
#pragma once

#include "plan.h"

#include <jansson.h>

/* Sets @plan's taken and parent (its number where it is). @outer: the host's socket, or that of
 * ParentNamespace=. Errors cite file:line: there is none, or another namespace has it. */
bool taken_find(LinkPlan *plan, const Conf *conf, Nl *outer, GError **error);

/* The same for @iface, which was found. */
struct Iface;
bool taken_found(LinkPlan *plan, const Conf *conf, const struct Iface *iface, Nl *outer, GError **error);

/* Writes what was found into the links of the record's detail. */
void taken_describe(const Plan *plan, json_t *detail);

/* To be called with the host's lock, once the record is saved. */
bool taken_move_in(const Conf *conf, LinkPlan *plan, Nl *outer, Nl *inside, GError **error);
