/* cover.h - what a caller takes along: the namespace and the detached mounts that belong to it. */
#pragma once

#include "conf.h"
#include "wire.h"

typedef struct Cover {
    int fds[WIRE_FDS]; /* owned */
    size_t n_fds;
    GString *names; /* "netns,etc/resolv.conf,sys": one for each fd */
} Cover;

/* Fills @ret for namespace @name with @nsfd (taken over), as @ns says: "etc", a directory with the
 * namespace's files over /etc; "etc/ENTRY", a read-only clone of each entry of /etc/netns/@name and of each
 * file made for it; "run/…", an empty directory for each place where a daemon of the host looks up names;
 * "sys", a sysfs of the namespace. All or nothing: what cannot be made is an error for the journal. @ret is
 * to be freed by cover_done in any case. */
bool cover_make(const char *name, int nsfd, const NamespaceConf *ns, Cover *ret, GError **error);
void cover_done(Cover *cover);
