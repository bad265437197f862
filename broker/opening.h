/* opening.h - what an admin opened for a namespace that is otherwise closed: ports of the host that lead in,
 * other namespaces that it may reach, the host's name. */
#pragma once

#include "conf.h"
#include "nl.h"

#include <jansson.h>

/* Is there anything to open, here or in others because of it? */
bool opening_is_wanted(const Conf *conf);

/* Opens it, for a namespace whose links are there and described in @detail; the record with it must be saved
 * where opening_is_wanted(). What others have to do with it (their hosts files, the ways of their packets) is
 * brought up to date. Takes the host's lock. */
bool opening_set(const Conf *conf, const json_t *detail, Nl *host, GError **error);
