/* connection.h - one stranger's connection, from accept to the answer. */
#pragma once

#include <stdbool.h>

/* Takes over @sock, a connected SEQPACKET socket, and answers on it in its own time; nothing is returned.
 * @full: there are too many connections already, say so and close. */
void connection_open(int sock, bool full);

/* How many are open, without those that only wait for the work of others to end. */
unsigned connection_count(void);

/* Called whenever a connection has closed. */
void connection_on_close(void (*closed)(void));
