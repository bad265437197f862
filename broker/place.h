/* place.h - directories that are watched whether they are there yet or not, and when they come back. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/* @name: of the entry that has changed; NULL: the directory has come, or nobody knows what has changed. */
typedef void (*PlaceHandler)(void *user, const char *name);

/* Calls @on for each of @changes (IN_*) in the directory @path, an absolute one without dots and links. Goes
 * on until the event loop ends. */
bool place_watch(sd_event *event, const char *path, uint32_t changes, PlaceHandler on, void *user);
