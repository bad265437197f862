/* conf-read.h - the sources of a configuration as sections and lines; and the list of slips. */
#pragma once

#include "conf-keys.h"

#define CONF_REQUIRED "%?" /* a type's value that the admin must give */

/* Everything that is wrong with a configuration. */
typedef struct ConfSlips {
    GPtrArray *messages; /* char*, one sentence each; NULL: nobody wants them all */
    GError *first;
} ConfSlips;

/* Note @error, which is taken over. */
void conf_slip(ConfSlips *slips, GError *error);
void conf_slip_at(ConfSlips *slips, const char *file, unsigned line, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* One occurrence of a section in a file. */
typedef struct ConfPart {
    const ConfSection *section;
    const char *file, *label; /* of the Conf's strings */
    unsigned line;            /* of its header */
    bool from_type;
    GPtrArray *lines; /* ConfLine*, owned by the Conf */
} ConfPart;

/* Read all @sources (ConfSource*) into @conf's lines. Returns the known sections (ConfPart*) in
 * order; the caller owns the array. */
GPtrArray *conf_read(Conf *conf, const GPtrArray *sources, ConfSlips *slips);

/* Give every [Link] and [Port] without a name the name that is meant. */
void conf_parts_name(Conf *conf, GPtrArray *parts, ConfSlips *slips);
