/* nl-generic.h - generic netlink: the kernel's other families, by name. */
#pragma once

#include "nl.h"

/* A socket in @nsfd's namespace; to be used as any Nl, with nl_generic_add for nl_add. */
Nl *nl_open_generic_at(int nsfd, GError **error);

/* The number of a family, whose module the kernel loads if need be. Error: "this kernel has no NAME". */
bool nl_generic_family(Nl *nl, const char *name, uint16_t *ret, GError **error);

/* As nl_add, for @command of @family; a dump is sent by nl_dump_queued. */
struct nlmsghdr *nl_generic_add(Nl *nl, char *what, uint16_t family, uint8_t command, uint8_t version);
