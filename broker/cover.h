/* cover.h - what a caller takes along: the namespace and the detached mounts that belong to it. */
#pragma once

#include "conf.h"
#include "wire.h"

typedef struct Cover {
    int fds[WIRE_FDS]; /* owned */
    size_t n_fds;
    GString *names; /* "netns,etc/resolv.conf,sys": one for each fd */
} Cover;

/* Fills @ret for namespace @name with @nsfd (taken over), a read-only clone of each entry of /etc/netns/@name
 * and of the generated resolv.conf and hosts, and a sysfs of the namespace where there is one of those or
 * @sysfs is yes. All or nothing: what cannot be made is an error for the journal. @ret is to be freed by
 * cover_done in any case. */
bool cover_make(const char *name, int nsfd, Tristate sysfs, Cover *ret, GError **error);
void cover_done(Cover *cover);
