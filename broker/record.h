/* record.h - what a namespace that is up has that the kernel cannot tell: RUN_DIR/state/NAME.json.
 *
 * Written before anything is made (ready = false) so that whoever finds it after a kill -9 can undo it, and
 * renamed into place with ready = true as the last step of `up`: that, not a name in /run/netns, means ready.
 */
#pragma once

#include "nsfs.h"

#include <jansson.h>

typedef struct Record {
    char *name;
    char *type;   /* what it was built as; may be NULL */
    bool asked;   /* the type was asked for on the command line, not by a file */
    char *digest; /* of what was built, to compare with the file; NULL: a change was not finished */
    bool ready;
    bool adopted;  /* the namespace is someone else's: `down` keeps it */
    char *ruleset; /* the digest of what [Firewall] File= had when it was loaded inside; "": of a change that
                      was not finished; NULL: no File= */
    NsId id;       /* ino 0: not made yet */
    /* What was made, or is about to be: {"links": [{"label", "kind", "name", "host", "peer_namespace",
     * "bridge", "wire", "table", "addresses", "host_addresses"}], "sysctls": {"net/…": value before ours},
     * "uplink", "namespace_access": […], "host_access", "ports": ports_describe(),
     * "servers_of" (dns-source.h), "other_domains" and "other_options" ([DNS] names none), "failure":
     * record_blame()}.
     */
    json_t *detail;
} Record;

/* NULL and no error when there is none; NULL and an error when it cannot be read or is not ours. */
Record *record_load(const char *name, GError **error);
bool record_save(const Record *record, GError **error);
/* Why `up` did not come to its end, kept in the record's detail where one is left of that: @why is a
 * sentence.
 */
void record_blame(const char *name, const char *why);
#define RECORD_FAILURE "failure"

bool record_remove(const char *name, GError **error);
/* Removes what a worker leaves that is killed while it writes one. Under the namespace's lock. */
void record_sweep(const char *name);
/* Of all records; record_names_left: also of those of which only a half-written one is there. */
char **record_names(GError **error);
char **record_names_left(GError **error);
void record_free(Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)
