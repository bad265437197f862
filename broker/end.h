/* end.h - the outer end of a link, in the host or another namespace: is it still as it was made? Others flush
 * its addresses, set it down or make it narrower, and then nothing comes through. */
#pragma once

#include "nl.h"

#include <jansson.h>

/* Of a link of a record's detail, whose ends are there: what was changed, the end of a sentence ("has lost
 * its address 10.0.0.1/30"); NULL: nothing. Owned by the caller. @inside, @outer: sockets of the namespaces
 * that have its ends. What more was given to the end is no change. */
char *end_fault(const json_t *link, Nl *inside, Nl *outer);
