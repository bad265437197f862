/* conf-merge.h - from the text of all sources to one checked Conf. */
#pragma once

#include "conf.h"

typedef enum ConfMerge {
    CONF_MERGE_ALL,
    CONF_MERGE_TYPE, /* a type alone: what it leaves to the admin is not missing */
    CONF_MERGE_REST, /* files whose type is missing: only what can be judged without it */
} ConfMerge;

/* The Conf that @sources (ConfSource*, a type's first) say. Errors and @slips as conf_load(). */
Conf *conf_merge(const char *name, const GPtrArray *sources, ConfMerge how, GPtrArray *slips, GError **error);

/* A Conf with every default. */
Conf *conf_new(const char *name);
