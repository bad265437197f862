/* trusted.h - files that only root can have put where they are. */
#pragma once

#include <glib.h>
#include <sys/stat.h>

/* Opens the absolute @path (O_PATH), symlinks resolved here, step by step: every directory on the way, every
 * symlink's directory and the file itself must be root's and not writable by others, so that nobody else
 * chooses where it leads. Returns a fd of a regular file or directory, its stat in @ret; -1 and
 * G_FILE_ERROR_NOENT when nothing is there (a dangling symlink is G_FILE_ERROR_FAILED: it was meant to be
 * something), or an error that says which part is to blame. */
int trusted_open(const char *path, struct stat *ret, GError **error);
