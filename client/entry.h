/* entry.h - what the broker sent for entering a namespace, checked. libc only. */
#pragma once

#include "wire.h"

#define PATH_ROOM 256

/* What the broker sent, checked. A target is one of a few, never a path: "netns", "sys", "etc", "etc/NAME",
 * and the places of hidden.h. */
typedef struct Entry {
    int netns;
    unsigned long propagation;            /* MS_SLAVE, MS_PRIVATE */
    int sysfs;                            /* -1: keep /sys */
    int etc[WIRE_FDS];                    /* detached mounts: a regular file or a directory each */
    char etc_target[WIRE_FDS][PATH_ROOM]; /* "/etc/resolv.conf" */
    size_t n_etc;
    int directory;                       /* for /etc itself; -1: none */
    int hidden[WIRE_FDS];                /* empty directories */
    const char *hidden_target[WIRE_FDS]; /* "/run/nscd" */
    size_t n_hidden;
} Entry;

/* FDS= names every descriptor, in order; one too many or too few, or another thing than it is called, and
 * nothing is believed: dies. Takes the descriptors over. */
void entry_parse(Wire *reply, Entry *ret);
