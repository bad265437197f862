/* link.h - the kinds of link a namespace can have, and the table of them.
 *
 * A new kind is one file kind-NAME.c that defines one LinkKind, and one word in the list of link.c. Everything that kinds have in
 * common (names, addresses, MTU, MAC, state, undo) is in link.c; a kind adds its own keys and its own netlink attributes. */
#pragma once

#include "conf.h"

#include <linux/netlink.h>

typedef struct ConfKey ConfKey;   /* parse.h */
typedef struct LinkPlan LinkPlan; /* plan.h: a LinkConf with names and indices resolved */

struct LinkKind {
    const char *name;        /* Kind= */
    const char *kernel;      /* IFLA_INFO_KIND; NULL: same as name */
    bool needs_parent;       /* Parent= is mandatory; it is looked up in the host */
    bool has_host_end;       /* the device has (or may have) an end in the host: HostName=, HostAddress= … are allowed */
    size_t conf_size;        /* of LinkConf.own */
    const ConfKey *keys;     /* of [Link], beyond the common ones; ends with a NULL name; offsets into own */
    /* Checks what single keys cannot. Errors cite file:line (conf_cite). NULL: nothing to check. */
    bool (*check)(const LinkConf *link, GError **error);
    /* Adds what IFLA_INFO_DATA holds for this kind. NULL: nothing. */
    void (*put_data)(struct nlmsghdr *message, const LinkPlan *plan);
};

/* NULL when there is no such kind. */
const LinkKind *link_kind_find(const char *name);
/* All names, NULL-terminated, for "nearest known word". */
const char *const *link_kind_names(void);
