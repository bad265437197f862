/* errand.h - what a connection was opened for. */
#pragma once

#include "connection-state.h"

/* Decides about @this's request, which has been read, and does it. Ends the connection in its own time: it
 * waits two minutes for a dialog, and as long again for the namespace. */
void errand_begin(Connection *this);
