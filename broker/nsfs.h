/* nsfs.h - network namespaces as files: made, entered, pinned at /run/netns/NAME. The only file that calls
 * setns(2). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define NSFS_DIR "/run/netns"

typedef struct NsId {
    dev_t dev;
    ino_t ino; /* 0: none */
} NsId;

/* A fd of the namespace pinned at /run/netns/@name: verified to be nsfs and of type net (O_PATH first,
 * CVE-2018-6556). -1 and G_FILE_ERROR_NOENT when the name is not there or is a plain file. */
int nsfs_open(const char *name, GError **error);
/* The namespace of the caller, and one of a process (a pid the caller trusts). */
int nsfs_open_self(GError **error);

/* A new, empty namespace; the caller stays in its own. */
int nsfs_create(GError **error);

bool nsfs_id(int fd, NsId *ret, GError **error);
bool nsfs_id_equal(NsId a, NsId b);
/* Is @fd open (not -1), and the namespace @id? nsfs_only: then @fd, else it is closed: -1. */
bool nsfs_is(int fd, NsId id);
int nsfs_only(int fd, NsId id);

/* /run/netns as a shared mount of its own, as iproute2 makes it; under the same flock(2), but not at the
 * mercy of whoever holds it. */
bool nsfs_prepare(GError **error);
bool nsfs_pin(int fd, const char *name, GError **error);
/* Lazy unmount and unlink. No error when it is gone already. */
bool nsfs_unpin(const char *name, GError **error);
/* Removes the empty file of a pin that lost its mount; to be called for names of ours only. */
void nsfs_unpin_stale(const char *name);

/* A second name, for root alone: a namespace that has interfaces of the host's in it is found again, and does
 * not go, when somebody takes its first name away. nsfs_kept: a fd, or -1 when there is none. */
bool nsfs_keep(int fd, const char *name, GError **error);
int nsfs_kept(const char *name);
void nsfs_let_go(const char *name);

/* The calling thread goes in. Typed CLONE_NEWNET, always. */
bool nsfs_enter(int fd, GError **error);

/* A socket that belongs to the namespace @nsfd, close-on-exec; the caller stays where it is. -1 and an error.
 */
int nsfs_socket(int nsfd, int family, int type, int protocol, GError **error);

/* Back to @home, where the thread came from. A thread that cannot go home must not go on in a namespace it
 * was only visiting: aborts. */
void nsfs_return(int home);
