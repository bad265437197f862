/* connection.h - one stranger's connection, from accept to the answer. */
#pragma once

#include <stdbool.h>

/* Takes over @sock, a connected SEQPACKET socket, and answers on it in its own time; nothing is returned.
 * @most: of all together; where there are as many already it says so and closes. Root has some beyond. */
void connection_open(int sock, unsigned most);

/* How many are open, without those that only wait for the work of others to end. */
unsigned connection_count(void);

/* Called whenever a connection has closed. */
void connection_on_close(void (*closed)(void));
