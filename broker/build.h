/* build.h - a namespace made or changed, under its lock. */
#pragma once

#include "conf.h"
#include "nl.h"

#include <stdbool.h>

typedef enum BuildResult { BUILD_UNCHANGED, BUILD_CHANGED, BUILD_MADE } BuildResult;

/* Brings @name up as its file says (@type: see conf_load). Already up and as the file says: nothing changes.
 * Up and the file has changed: its links, routes and rules are made anew in the same namespace. Left
 * half-built by a killed process: removed first. On failure all that was made is removed again; *ret then
 * says what was tried: BUILD_CHANGED = it was up before, and is still there, without links where the kernel
 * refused the change. @host: netlink socket of the host. */
bool build_up(const char *name, const char *type, Nl *host, BuildResult *ret, GError **error);

/* A digest of what is built: who may enter and what it is called changes nothing of it, and a comment
 * neither; keys that were read do (link_read_files), and the ruleset's text. Owned by the caller; of what is
 * up, the record has it. */
char *build_digest(const Conf *conf);
