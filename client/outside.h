/* outside.h - programs that hand their work to one that runs already, wherever that is: a browser started in
 * a namespace opens its page in the window that is outside. libc only, no allocation.
 *
 * Not for who holds a capability: it reads what others' processes say of themselves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define OUTSIDE_ROOM 64 /* bytes of a namespace's mark */

typedef struct Handing {
    const char *commands;  /* the names under which it is started, blanks between and around */
    const char *processes; /* names of the executables that take over; "": its session starts one */
    const char *apart;     /* options with which it takes care of itself, as commands */
    const char *advice;    /* what to do, after a blank */
} Handing;

extern const Handing outside_table[]; /* ends with commands == NULL */

/* Of the program in the words of a command line; NULL: it does not hand over, or is told not to. */
const Handing *outside_handing(char *const *command);

/* How /proc shows a network namespace: "net:[INODE]". */
void outside_mark(ino_t inode, char ret[OUTSIDE_ROOM]);
bool outside_own_mark(char ret[OUTSIDE_ROOM]);

/* A process of @uid to which @handing would hand over, in another namespace than that of the mark. 0: none.
 */
pid_t outside_find(const Handing *handing, uid_t uid, const char *mark);

/* For a command line that is about to be run in the namespace @name, in which we are: the sentence to say.
 * False: nothing is to be said, or CHNETNS_QUIET=1 in the environment forbids it. */
bool outside_warning(char *const *command, const char *name, char *ret, size_t room);
