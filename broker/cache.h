/* cache.h - configurations of namespaces, read once and again when their files change. */
#pragma once

#include "conf.h"

/* A Conf that is shared: the cache holds one reference, each request in progress another. */
typedef struct Cached {
    Conf *conf;
} Cached;

/* conf_load(@name), or the same again while stat(2) says that none of its files changed. NULL and conf_load's
 * error; errors are not kept. To be freed by cached_drop. */
Cached *cache_conf(const char *name, GError **error);
Cached *cached_keep(Cached *cached);
void cached_drop(Cached *cached);
