/* conf-source.h - where configuration comes from: which files, whose they are, and what is in them.
 *
 * /etc over /run over /usr/lib, drop-ins, masks (a symlink to /dev/null), and the rule that nobody but root
 * can write any of it. */
#pragma once

#include "conf.h"

typedef struct ConfSource {
    char *path;
    char *text;
    size_t size;
    bool from_type;
} ConfSource;

void conf_source_free(ConfSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfSource, conf_source_free)

/* One file anywhere, a regular one, not a symlink, and unless CONF_ANY_OWNER root's and not writable by
 * others. */
ConfSource *conf_source_read(const char *path, ConfFlags flags, GError **error);

/* Look for @file ("lab.netns") in @sub (NULL or "types") of the three directories. True with NULL in @ret:
 * there is none, or it is masked. */
bool conf_source_find(const char *sub, const char *file, ConfFlags flags, ConfSource **ret, GError **error);

/* The path of @file ("web.nft") in the first of the three directories that has it. NULL: none has, or it is
 * masked. Whose it is has not been looked at. */
char *conf_source_locate(const char *file);

/* Append the drop-ins of @file, FILE.d/ *.conf of all three directories, sorted by name; of the same name
 * only the highest. */
bool conf_source_dropins(const char *sub, const char *file, ConfFlags flags, GPtrArray *sources,
                         GError **error);

/* Names with a file NAME.netns in @sub, sorted, each once, without the masked. With @invalid (GPtrArray of
 * char*), the paths of files with names that a namespace cannot have are added there. */
char **conf_source_names(const char *sub, GPtrArray *invalid, GError **error);

/* @path without the configuration directory it is in: "lab.netns", "types/nat.netns". Points into @path. */
const char *conf_source_short(const char *path);
