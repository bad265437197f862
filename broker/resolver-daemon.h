/* resolver-daemon.h - a namespace's resolver where there is no systemd to run it as a unit: a process that
 * stays when `up` is over, known by files in RUN_DIR/resolver/NAME. @id: the namespace in which it runs. */
#pragma once

#include "nsfs.h"

/* Written by the resolver itself once it answers: what its own configuration has to name. Owned by the
 * caller. */
char *resolver_daemon_pid_file(const char *name);

/* Starts @argv (the first word its absolute path), which stays in the foreground, in the namespace @nsfd, and
 * waits until it answers: two seconds at most. What it prints when it cannot is the error. */
bool resolver_daemon_start(const char *name, char *const *argv, int nsfd, NsId id, GError **error);

bool resolver_daemon_runs(const char *name, NsId id);

/* It reads its files again, if it runs. False and an error: it runs and cannot be told. */
bool resolver_daemon_reload(const char *name, NsId id, GError **error);

/* Ends it, by force after some seconds, and waits until it has gone. */
bool resolver_daemon_end(const char *name, NsId id, GError **error);
