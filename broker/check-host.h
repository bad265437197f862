/* check-host.h - does what a configuration names exist on this machine? */
#pragma once

#include "conf.h"

/* Append a sentence (char*) to @notes for everything that is not there: users, groups, parents, programs and
 * files. None of these makes the configuration wrong: they may come later. */
void check_host(const Conf *conf, GPtrArray *notes);
