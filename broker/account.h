/* account.h - whose account a uid is of: subuid(5) gives a user uids beside his own, which he can run
 * programs as. */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct AccountRange {
    uid_t first, last;
    uid_t account; /* the first of its owner's */
} AccountRange;

/* AccountRange of each line `OWNER:FIRST:COUNT` of @text that makes sense; to be freed by the caller. */
GArray *account_ranges(const char *text);

/* @uid, or the account of the range that it is in. */
uid_t account_among(const GArray *ranges, uid_t uid);

/* @uid, or for one that /etc/subuid gives to somebody the first of those that he is given. */
uid_t account_of(uid_t uid);
