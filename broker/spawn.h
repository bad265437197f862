/* spawn.h - the only file that forks: hooks, nft and others' programs. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Runs @argv (first word an absolute path) and waits. @env: the whole environment, NULL-terminated; NULL:
 * only PATH and LANG=C.
 * @nsfd: network namespace to run in, -1 = the caller's. @input: text for its stdin, NULL = /dev/null. Its
 * stdout and stderr are ours. False with "ARGV0: exited with status 3" (G_SPAWN_EXIT_ERROR, the status as
 * code) and the like; a program that cannot be started is an error too. */
bool spawn_run(char *const *argv, char *const *env, int nsfd, const char *input, GError **error);

/* The same, and what it printed on stdout in *ret (owned by the caller, NUL-terminated, at most 64 MiB), on
 * success and failure. With @errors its stderr too, mixed in. One that takes longer than a minute is killed.
 */
bool spawn_read(char *const *argv, char *const *env, int nsfd, const char *input, bool errors, char **ret,
                GError **error);

/* What a program says that is only asked, in namespace @nsfd (-1: here) and with nothing to read: its stdout,
 * owned by the caller. Its stderr, warnings of all kinds, goes nowhere. NULL: it could not be run, failed, or
 * took longer than three seconds, after which it is killed. */
char *spawn_ask(char *const *argv, int nsfd);

/* Goes on in a child that nobody waits for, with stdin from /dev/null: 0 in it, its pid in the parent, -1 and
 * an error. The child shares open files, so it keeps the locks that the parent holds; it ends with _exit. */
pid_t spawn_detach(GError **error);
