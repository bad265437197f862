/* ruleset-save.h - the live rules of a namespace, written back to a file. */
#pragma once

#include "record.h"
#include "ruleset-file.h"

typedef struct RulesetSaved {
    char *path;
    bool written; /* false: the file says the same already, or there is nothing to be said beyond it */
    bool loaded;  /* File= names it */
} RulesetSaved;

void ruleset_saved_clear(RulesetSaved *saved);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RulesetSaved, ruleset_saved_clear)

/* Saves the rules of the namespace @nsfd in the file of ruleset_target(), under the namespace's lock. The
 * file is replaced as a whole, once the text has proved to load again as the same rules, or stays as it was.
 * It is not written where nothing has changed: its comments would go. Refused where it would lose something:
 * a file that was edited since it was loaded, or rules that are gone. @by: who saves, for the comment at its
 * top. The digest in @record becomes that of the new file; the caller saves the record. */
bool ruleset_save(const Conf *conf, Record *record, int nsfd, const char *by, RulesetSaved *ret,
                  GError **error);
