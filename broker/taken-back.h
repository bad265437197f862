/* taken-back.h - what was taken into a namespace, given back. */
#pragma once

#include "nl.h"

#include <jansson.h>

/* @link: of a record's links, with "taken". @nsfd, @inside: the namespace, -1 and NULL where that is gone.
 * @outer: of where it came from. It gets its name, alternative names, alias, MAC address, MTU, master and
 * state back; a name that is somebody else's by now is told, and it keeps one that the kernel chooses. One
 * that is nowhere to be found is told where it was moved in once. */
bool taken_give_back(const char *name, const json_t *link, int nsfd, Nl *inside, int outer_nsfd, Nl *outer,
                     GError **error);
