/* filter.h - other programs' packet filters on this host, as far as netns-broker must understand them: would
 * they drop what comes from a namespace, and where.
 *
 * Plain data. filter-nft.h and filter-xtables.h read it, filter-walk.h goes through it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum FilterSubject {
    FILTER_IIF, /* names; a trailing * is a wildcard, @ in front a set */
    FILTER_OIF,
    FILTER_IIFGROUP, /* VALUE or VALUE/MASK */
    FILTER_OIFGROUP,
    FILTER_STATE, /* conntrack's, in lower case; iptables has dnat here too */
    FILTER_STATUS,
    FILTER_FAMILY,   /* ipv4, ipv6 */
    FILTER_PROTOCOL, /* by name or number */
    FILTER_ICMPV6,   /* type by nft's name or by number */
    FILTER_HOPS,
    FILTER_OTHER, /* an address, a port, a mark, a rate …: what only some packets have */
} FilterSubject;

/* One of @words holds of the packet, or with @negated none. */
typedef struct FilterCondition {
    FilterSubject subject;
    bool negated;
    char **words;
} FilterCondition;

typedef enum FilterVerdict {
    FILTER_GOES_ON,
    FILTER_LOG, /* and goes on */
    FILTER_ACCEPT,
    FILTER_DROP, /* or reject */
    FILTER_RETURN,
    FILTER_JUMP,
    FILTER_GOTO,
} FilterVerdict;

typedef struct FilterRule {
    GPtrArray *conditions; /* FilterCondition* */
    FilterVerdict verdict;
    char *target; /* of jump and goto */
    char *ours;   /* the comment of a rule that netns-broker made, else NULL */
    char *text;   /* as iptables prints it, without "-A CHAIN "; NULL: nft(8) is to be asked, by handle */
    uint64_t handle;
} FilterRule;

typedef struct FilterChain {
    char *name;
    int hook; /* NF_INET_…, -1: no base chain */
    int priority;
    bool drops;        /* policy */
    const char *fixed; /* why it cannot be changed, a word for people; NULL: it can */
    GPtrArray *rules;
} FilterChain;

typedef enum FilterTool { FILTER_NFT, FILTER_IPTABLES_NFT, FILTER_IPTABLES_LEGACY } FilterTool;

typedef struct FilterTable {
    FilterTool tool; /* by which it is changed */
    char *family;    /* inet, ip, ip6 */
    char *name;
    GHashTable *chains; /* name -> FilterChain* */
    GPtrArray *order;   /* the same chains, borrowed */
} FilterTable;

FilterTable *filter_table_new(FilterTool tool, const char *family, const char *name);
void filter_table_free(FilterTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FilterTable, filter_table_free)

/* The chain of that name, made when it is not there. */
FilterChain *filter_chain_add(FilterTable *table, const char *name);
FilterChain *filter_chain_get(const FilterTable *table, const char *name);
/* A new last rule of @chain. */
FilterRule *filter_rule_add(FilterChain *chain);
/* @words are taken over. */
void filter_condition_add(FilterRule *rule, FilterSubject subject, bool negated, char **words);
/* The same conditions and handle once more: one rule can have several ends (a verdict map). */
FilterRule *filter_rule_repeat(FilterChain *chain, const FilterRule *rule);

/* In front of the comment of every rule that netns-broker puts into another program's chain. */
#define FILTER_OURS "netns-broker: "
