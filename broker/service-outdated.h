/* service-outdated.h - units that are attached, and whose drop-in is not what `netnsctl attach` would write
 * now: the namespace's MountEtc= or SystemBus= has changed since, its files in /etc/netns, or the unit that
 * brings it up. They are told, never rewritten: a drop-in is the administrator's, who may have given it to
 * other machines, and systemd would have to read it anew in the middle of its own job. */
#pragma once

#include "conf.h"

#include <jansson.h>

/* Those of @units, the names of units that are attached to the namespace of @conf. An array, NULL where there
 * are none; owned by the caller. One whose text cannot be told (a file in /etc/netns that is not root's) is
 * none of them. */
json_t *service_outdated(const Conf *conf, const json_t *units);

/* The same of all that dropin_attached() found: a sentence (char*) for each, appended to @notes. */
void service_outdated_note(const Conf *conf, const json_t *attached, GPtrArray *notes);

/* Of services that cannot start, because the namespace that they are attached to has no file any more: a
 * sentence (char*) for each, appended to @notes. systemd says no more of it than "dependency". */
void service_orphaned_note(GPtrArray *notes);
