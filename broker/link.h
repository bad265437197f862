/* link.h - the kinds of link a namespace can have, and the table of them.
 *
 * A new kind is one file kind-NAME.c that defines one LinkKind, and one word in the list of link.c.
 * Everything that kinds have in common (names, addresses, MTU, MAC, state, undo) is in link.c; a kind adds
 * its own keys and its own netlink attributes. */
#pragma once

#include "conf.h"

#include <linux/netlink.h>

typedef struct ConfKey ConfKey; /* parse.h */

/* A LinkConf with everything resolved that the kernel wants as a number. */
typedef struct LinkPlan {
    const LinkConf *conf;
    char name[IFNAMSIZ];      /* inside */
    char host_name[IFNAMSIZ]; /* "": no end in the host */
    int nsfd;                 /* the namespace, borrowed */
    int outer_nsfd;           /* where the outer end is: -1 = the host; owned */
    unsigned index;           /* inside; 0 until the link is made */
    unsigned host_index;      /* of the end in the host; likewise */
    unsigned parent;          /* ifindex in the host, 0 = none */
    unsigned master;          /* ifindex of the bridge the outer end joins, 0 = none */
    uint32_t group;           /* IFLA_GROUP of the outer end: firewall.h */
    GPtrArray *addresses, *host_addresses, *gateways; /* IpPrefix*: the file's, or from the pool */
} LinkPlan;

struct LinkKind {
    const char *name;  /* Kind= */
    bool needs_parent; /* Parent= is mandatory; it is looked up in the host */
    bool has_host_end; /* HostName=, HostAddress= … are allowed */
    bool born_outside; /* the request describes the outer end, put_data adds the inner one (a pair); else the
                          inner link */
    size_t conf_size;  /* of LinkConf.own */
    const ConfKey *keys; /* of [Link], beyond the common ones; ends with a NULL name; offsets into own */
    /* Checks what single keys cannot. Errors cite file:line (conf_cite). NULL: nothing to check. */
    bool (*check)(const LinkConf *link, GError **error);
    /* Adds what IFLA_INFO_DATA holds for this kind. NULL: nothing. */
    void (*put_data)(struct nlmsghdr *message, const LinkPlan *plan);
    /* The bridge in the host that the outer end joins, and whether to make it. NULL: the kind has none. */
    const char *(*bridge)(const LinkConf *link, bool *ret_create);
    /* The namespace that holds the outer end instead of the host. NULL: never another. */
    const char *(*peer)(const LinkConf *link);
    /* Does this link also want a sibling of its own kind in the host, named HostName=, so that host and
     * namespace can talk? */
    bool (*host_sibling)(const LinkConf *link);
};

/* Of which families the link has addresses inside that packets can be routed to, from its file or its pools;
 * @ipv6: as [Namespace] IPv6= says. */
Families link_families(const LinkConf *link, Tristate ipv6);

/* NULL when there is no such kind. */
const LinkKind *link_kind_find(const char *name);
/* All names, NULL-terminated, for "nearest known word". */
const char *const *link_kind_names(void);
