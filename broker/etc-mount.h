/* etc-mount.h - /etc as attached services see it: a directory in the host, at RUN_DIR/etc/NAME. */
#pragma once

#include "conf.h"

/* There while the file says MountEtc=directory and a unit is attached (dropin.h), else not: as it is when we
 * are called. Of files that are there already (etc-file.h). */
bool etc_mount_keep(const Conf *conf, GError **error);

/* To be called again when the namespace counts as up: who attaches a unit while it comes up leaves it to us.
 */
bool etc_mount_add(const Conf *conf, GError **error);

/* The same by the namespace's name, for who has attached a unit to one that may just have come up: its record
 * (ready) says whether it has. */
bool etc_mount_of_ready(const char *name, GError **error);

/* One that is not there is fine. Services that run keep it in view. */
bool etc_mount_remove(const char *name, GError **error);
