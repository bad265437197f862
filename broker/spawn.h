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

/* The same with its stderr, whether it fails or not: what it has said until its end, or until it was killed.
 * NULL: there is no memory for that. */
char *spawn_hear(char *const *argv, int nsfd);

/* A program that runs while the caller does something else. */
typedef struct Spawned {
    pid_t pid;
    int end; /* pidfd, to be polled: readable when it has ended; -1 where there are none (a seccomp filter) */
    int out; /* what it prints, stderr too */
} Spawned;

/* As spawn_read with @errors, without waiting; to be ended by spawn_end(). */
bool spawn_begin(char *const *argv, char *const *env, Spawned *ret, GError **error);

/* Waits for @limit ms more, then it is killed. Its output and its end as from spawn_read. */
bool spawn_end(Spawned *spawned, const char *program, int limit, char **ret, GError **error);

/* Starts @program, which stays when we have gone: in namespace @nsfd (-1: here), after @prepare (NULL:
 * nothing; it may fail) has run in the child, without a terminal, with nowhere to read from, and to print to
 * @said only. 0 or an error once it runs or cannot. The locks that the caller holds are let go by the child
 * only when it runs.
 */
typedef bool (*SpawnPrepare)(const void *user, GError **error);
typedef struct SpawnStay {
    const char *program;
    char *const *argv, *const *env; /* env NULL: see spawn_run */
    int nsfd;
    SpawnPrepare prepare;
    const void *user;
    int said;     /* of spawn_words_open(); -1: nowhere */
    int *ret_end; /* a pidfd of it, for whoever waits for its end; NULL: nobody does */
} SpawnStay;
bool spawn_stay(const SpawnStay *stay, GError **error);

/* Room for the first 16 KiB that such a program prints; what comes later is not written, however long it
 * runs. -1: there is none. To be closed by the caller. */
int spawn_words_open(void);
/* What is in there, owned by the caller. */
char *spawn_words(int fd);

/* Goes on in a child that nobody waits for, with stdin from /dev/null: 0 in it, its pid in the parent, -1 and
 * an error. The child shares open files, so it keeps the locks that the parent holds and closes, but not
 * those that are released (lock.h); it ends with _exit. */
pid_t spawn_detach(GError **error);
