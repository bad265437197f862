/* check-host.h - does what a configuration names exist on this machine? */
#pragma once

#include "conf.h"

/* Append a sentence (char*) to @notes for everything that is not there: users, groups, parents, programs and
 * files. None of these makes the configuration wrong: they may come later. False: what is there would not do
 * (check_hooks). */
bool check_host(const Conf *conf, GPtrArray *notes);

/* The parts of it: name servers; DHCP of a link. */
void check_host_dns(const Conf *conf, GPtrArray *notes);
void check_host_dhcp(const Conf *conf, const LinkConf *link, GPtrArray *notes);

/* What only the files with keys tell: is there anybody to ask for names? */
void check_host_servers(const Conf *conf, GPtrArray *notes);

/* Looks at the programs of [Hooks] as who runs them does (hooks.h). False: one is there and would be refused;
 * why is appended to @notes. One that is not there is a note. */
bool check_hooks(const Conf *conf, GPtrArray *notes);

/* "WHERE: note: WHAT". Frees @where. */
void check_note(GPtrArray *notes, char *where, const char *what);

/* Looks at the files of ClientFile=, and asks the clients about them, if root asks. False: one is refused, or
 * has what its client does not understand; why is appended to @notes. One that is not there is a note. */
bool check_clients(const Conf *conf, GPtrArray *notes);

/* Reads the files with keys that links and peers name, if root asks; adds what is wrong with them, or not
 * done, to @notes. False: they would not do. */
bool check_keys(Conf *conf, GPtrArray *notes);

/* Asks nft about the file of [Firewall] File=, in a namespace that is thrown away. False: it would not load,
 * why is appended to @notes. What keeps us from knowing (no such file, no nft, not root) is a note. */
bool check_ruleset(Conf *conf, GPtrArray *notes);
