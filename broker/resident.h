/* resident.h - a process of ours that stays when `up` is over, known by a file that it wrote itself. */
#pragma once

#include "nsfs.h"

/* The calling process writes itself into @file, before it becomes the program: whoever finds the file can
 * find the process, however its parent ended. */
bool resident_note(const char *file, GError **error);

/* Is the process of @file there still, the same one, and in namespace @id (where we may look)? */
bool resident_is_there(const char *file, NsId id);

/* A pidfd of it, so that nobody else can have the pid meanwhile; -1: it is not there. */
int resident_open(const char *file, NsId id);

void resident_signal(const char *file, NsId id, int number);

/* Ends it, by force after a few seconds, waits until it has gone, and removes @file. */
bool resident_end(const char *file, NsId id, GError **error);
