/* check-host.h - does what a configuration names exist on this machine? */
#pragma once

#include "conf.h"

/* Append a sentence (char*) to @notes for everything that is not there: users, groups, parents, programs and
 * files. None of these makes the configuration wrong: they may come later. */
void check_host(const Conf *conf, GPtrArray *notes);

/* Reads the files with keys that links and peers name, if root asks; adds what is wrong with them, or not
 * done, to @notes. False: they would not do. */
bool check_keys(Conf *conf, GPtrArray *notes);

/* Asks nft about the file of [Firewall] File=, in a namespace that is thrown away. False: it would not load,
 * why is appended to @notes. What keeps us from knowing (no such file, no nft, not root) is a note. */
bool check_ruleset(Conf *conf, GPtrArray *notes);
