/* firewall-opened.h - what the table has only while somebody opened something: published ports, namespaces
 * that may reach each other. A host without them has no chain more than it needs. */
#pragma once

/* Lines of nft(8), to follow the static table and to precede what firewall_want() was told. */
extern const char firewall_opened[];
