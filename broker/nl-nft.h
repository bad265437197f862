/* nl-nft.h - what the kernel says of nftables without nft(8): enough to know whether a closer look is needed.
 *
 * All about the current network namespace. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A base chain of type filter. */
typedef struct NftBase {
    const char *family; /* "inet", "ip", "ip6" */
    int hook;           /* NF_INET_ */
    int priority;
    char *table;
    char *chain;
    bool drops; /* policy */
    bool empty;
} NftBase;

/* A number that is another one after each change of any table (nf_tables_api.c, base_seq). */
bool nl_nft_generation(uint32_t *ret, GError **error);

/* Base chains of type filter of families inet, ip and ip6 at @hooks (bits 1 << NF_INET_…), but for those of
 * tables that @except begins. NftBase* with free function; NULL and an error. */
GPtrArray *nl_nft_bases(unsigned hooks, const char *except, GError **error);

typedef struct NftTable {
    const char *family; /* "inet", "ip", "ip6" */
    char *name;
    bool owned; /* by a running process, so that nobody else can change it (flags owner) */
} NftTable;

/* The tables of families inet, ip and ip6, but for those that @except begins, in the kernel's
 * order. NftTable* with free function; NULL and an error. */
GPtrArray *nl_nft_tables(const char *except, GError **error);

/* Is there any table, of whatever family, but for those that @except begins? */
bool nl_nft_any(const char *except, bool *ret, GError **error);

/* How many rules are in chain @chain of nftables' table "inet TABLE" of the current namespace (with jumps to
 * it counted); 0 where there is no such chain or table, -1 and an error. One request, no list. */
int nl_nft_rules(const char *table, const char *chain, GError **error);
/* The same for several @chains, NULL-terminated, into as many of @ret_rules. */
bool nl_nft_rules_of(const char *table, const char *const *chains, int *ret_rules, GError **error);
