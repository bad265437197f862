/* nft.h - nft(8) run in a namespace. The host's table is in firewall.h. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define NFT_ERROR nft_error_quark()
GQuark nft_error_quark(void); /* the code is the line of the text that is to blame, 0: none is */

/* Replaces the whole ruleset of @nsfd by @text (may be ""), in one transaction: it is all there, or nothing
 * has changed. @path: what the text is called in errors, "PATH:LINE: what"; NULL: nothing. */
bool nft_replace(int nsfd, const char *text, const char *path, GError **error);

/* Runs the commands of @text in @nsfd, in one transaction. */
bool nft_run(int nsfd, const char *text, GError **error);

/* nl_nft_rules_of() in the namespace @nsfd. */
bool nft_rules_of(int nsfd, const char *table, const char *const *chains, int *ret, GError **error);

/* What nft prints for the options @words (NULL-terminated) in @nsfd; NULL and an error. Owned by the caller.
 */
char *nft_ask(int nsfd, const char *const *words, GError **error);
