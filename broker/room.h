/* room.h - a mount namespace for a program that stays in a network namespace: it sees the host's files, but
 * directories of its own where it would meet another of its kind. The only file that makes mounts for what we
 * start (those for users are cover's). */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct RoomBind {
    char *from, *at; /* both are there, and both a directory, or both a file */
} RoomBind;

/* The calling process goes in. Each of @binds (RoomBind*) is laid over what is at its place. */
bool room_enter(const GPtrArray *binds, GError **error);

void room_bind_free(RoomBind *bind);
