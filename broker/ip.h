/* ip.h - addresses, MAC addresses and interface names: text to value and back, and the arithmetic of
 * prefixes.
 *
 * Pure functions: no kernel, no name service. */
#pragma once

#include "conf.h"

/* Addresses. The parsers take no host names, no zone (%eth0), no surrounding blanks; @error is a sentence
 * without file and line. */
bool ip_address_parse(const char *text, IpAddress *ret, GError **error);
bool ip_prefix_parse(const char *text, IpPrefix *ret,
                     GError **error);               /* without /LENGTH: a single address; ret->line is NULL */
IpPrefix ip_prefix_network(const IpPrefix *prefix); /* host bits cleared */
bool ip_prefix_contains(const IpPrefix *prefix, const IpAddress *address);
bool ip_address_equal(const IpAddress *a, const IpAddress *b);
bool ip_address_is_link_local(const IpAddress *address);  /* 169.254/16, fe80::/10 */
bool ip_address_is_loopback(const IpAddress *address);    /* 127/8, ::1 */
bool ip_address_is_unspecified(const IpAddress *address); /* 0.0.0.0, :: */
bool ip_address_is_multicast(const IpAddress *address);
unsigned ip_address_bits(int family);              /* 32 or 128 */
char *ip_address_format(const IpAddress *address); /* owned by the caller */
char *ip_prefix_format(const IpPrefix *prefix);    /* "10.0.0.2/30", owned by the caller */

/* A name server as resolv.conf(5) has it: an address, a link-local one with its zone (fe80::1%eth0). */
bool ip_server_parse(const char *text, IpPrefix *ret, GError **error);
char *ip_server_format(const IpPrefix *server); /* owned by the caller */

/* Six pairs of hex digits with ':' or '-' between. Multicast, all-zero: refused, as the kernel does. */
bool mac_address_parse(const char *text, MacAddress *ret, GError **error);
char *mac_address_format(const MacAddress *mac);

/* As the kernel's dev_valid_name(), and not "all" or "default", which sysctl keeps for itself. */
bool if_name_parse(const char *text, IfName *ret, GError **error);
/* The same for any length up to @max: an alternative name has ALTNAME_MAX. */
#define ALTNAME_MAX 127 /* ALTIFNAMSIZ - 1 of <linux/if.h>, which cannot be included beside <net/if.h> */
bool if_name_clean(const char *text, size_t max, GError **error);

/* Can nft(8) and a shell name this interface? A wildcard or a quote in a name cannot be said there. */
bool if_name_sayable(const char *name);

/* An interface name for @full that fits: @full itself up to 15 characters, else "vn-", 8 hex digits of a hash
 * of @full that never changes between versions (FNV-1a, 32 bits), and @full's last character. */
void if_name_shorten(const char *full, IfName *ret);

/* May it stand in resolv.conf(5) as a domain to search? */
bool domain_is_clean(const char *word);
