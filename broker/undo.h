/* undo.h - removes what a record says was made, whatever of it is there. */
#pragma once

#include "nl.h"
#include "record.h"

/* Is every link of the record there, with our mark, and its outer end as it was made (end.h)? @nsfd: the
 * namespace. */
bool undo_intact(const Record *record, int nsfd, Nl *host);

/* Links, in the host and inside; bridges without ports; the host's sysctls and firewall; generated files.
 * @nsfd: the namespace, or -1 when it is gone. Everything is tried; the first failure is returned. Needs no
 * file: the admin may have removed it. */
bool undo_contents(const Record *record, int nsfd, Nl *host, GError **error);

/* undo_contents, and the namespace's pin (unless it was adopted) and the record. */
bool undo_all(const Record *record, Nl *host, GError **error);

/* The namespace pinned under the record's name, if it is still the one that was recorded. Else -1. */
int undo_namespace(const Record *record);

/* Has the namespace been removed by somebody else, or its name been taken? False for one that was never made.
 */
bool undo_has_gone(const Record *record);
