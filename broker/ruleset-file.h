/* ruleset-file.h - the file that [Firewall] File= names: found, trusted, read; and which one a namespace's
 * rules are saved in. */
#pragma once

#include "conf.h"

#define RULESET_SUFFIX ".nft"
/* The one that ships, for any namespace: never written to. */
#define RULESET_TEMPLATE "default" RULESET_SUFFIX

struct Ruleset {
    char *path;   /* where it was found */
    char *text;   /* without what it includes */
    char *digest; /* of the text, and of all that it includes */
};

/* Reads what File= of @conf names into conf->firewall.ruleset; nothing to do without File=. A name is looked
 * up in the three configuration directories. The file, what it includes, and the way to each must be root's
 * alone: whoever writes a file that nft reads as root sees in its errors what root can read. The error cites
 * the line of File=; its domain is G_FILE_ERROR for what is not there or not root's, else CONF_ERROR. */
bool ruleset_read(Conf *conf, GError **error);

/* The same for the file @path. */
Ruleset *ruleset_read_path(const char *path, GError **error);

void ruleset_free(Ruleset *ruleset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ruleset, ruleset_free)

/* Of the ruleset that was read; NULL without one. */
const char *ruleset_digest(const Conf *conf);

/* The file below /etc/netns-broker that the rules of this namespace are saved in: the one that File= names,
 * if it can be written there, else NAME.nft; *ret_loaded says whether File= then leads to it. NULL: that
 * would be the template. Owned by the caller. */
char *ruleset_target(const Conf *conf, bool *ret_loaded);
