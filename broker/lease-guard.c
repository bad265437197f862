/* lease-guard.c - see lease-guard.h. Servers and relays speak from 67 and 547, which nobody unprivileged can
 * bind (ip_unprivileged_port_start); what is sent on the way out is early enough for clients that read with
 * AF_PACKET, too. */
#include "lease-guard.h"

#include "listing.h"
#include "nft.h"
#include "say.h"

static const char *const chains[] = {"output", NULL};

const char *lease_guard_commands(void)
{
    return "table inet " LISTING_LEASES " {}\n"
           "delete table inet " LISTING_LEASES "\n"
           "table inet " LISTING_LEASES " {\n"
           "  chain output {\n"
           "    type filter hook output priority filter; policy accept;\n"
           "    udp sport != { 67, 547 } udp dport { 68, 546 } reject with icmpx admin-prohibited\n"
           "  }\n"
           "}\n";
}

bool lease_guard_put(const char *name, int nsfd, GError **error)
{
    g_autoptr(GError) none = NULL;
    int rules;

    if (nft_rules_of(nsfd, LISTING_LEASES, chains, &rules, &none))
        return rules == 1 || nft_run(nsfd, lease_guard_commands(), error);
    if (name)
        say_warning("%s: programs inside may pretend to be its DHCP server: %s", name, none->message);
    return true;
}

bool lease_guard_take_out(int nsfd, GError **error)
{
    int rules;

    if (!nft_rules_of(nsfd, LISTING_LEASES, chains, &rules, NULL) || rules == 0)
        return true;
    return nft_run(nsfd, "delete table inet " LISTING_LEASES "\n", error);
}
