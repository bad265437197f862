/* planned.h - what is written ahead of a namespace that is about to be made. */
#pragma once

#include "conf.h"

#include <jansson.h>

/* Record.detail as far as the file alone tells it; owned by the caller. */
json_t *planned_detail(const Conf *conf);
