/* resolv.h - the resolv.conf that a namespace's programs see: RUN_DIR/dns/NAME/resolv.conf. */
#pragma once

#include "conf.h"

/* Writes it as [DNS] says, or removes it when programs are to see the host's own. */
bool resolv_write(const Conf *conf, GError **error);
bool resolv_remove(const char *name, GError **error);
