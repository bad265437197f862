/* link.h - the kinds of link a namespace can have, and the table of them.
 *
 * A new kind is one file kind-NAME.c that defines one LinkKind, and one word in the list of link.c.
 * What kinds have in common (names, addresses, MTU, MAC, state, undo) is in attach.c and device.c; a kind
 * adds its own keys and its own netlink attributes. */
#pragma once

#include "conf.h"

#include <linux/netlink.h>

typedef struct ConfKey ConfKey; /* parse.h */

/* A LinkConf with everything resolved that the kernel wants as a number. */
typedef struct LinkPlan {
    const LinkConf *conf;
    char name[IFNAMSIZ];      /* inside */
    char host_name[IFNAMSIZ]; /* "": no end in the host */
    char transit[IFNAMSIZ];   /* where a link that is moved in is made; "": it is not moved */
    int nsfd;                 /* the namespace, borrowed */
    int outer_nsfd;           /* where the outer end, or the parent, is: -1 = the host, or see below; owned */
    bool on_inside;           /* the parent is a link of this namespace */
    unsigned number;          /* that it is to have inside; 0: the kernel chooses */
    unsigned index;           /* inside; 0 until the link is made */
    unsigned host_index;      /* of the end in the host; likewise */
    unsigned parent;          /* ifindex where the parent is, 0 = none */
    unsigned master;          /* ifindex of the bridge the outer end joins, 0 = none */
    uint32_t table;           /* of the VRF that the link is a port of, 0 = none: main */
    uint32_t group;           /* IFLA_GROUP of the outer end: firewall.h */
    MacAddress mac, host_mac; /* the file's, or chosen; not set: the kernel chooses */
    IpAddress secret;         /* of stable IPv6 addresses, where they are wanted: hardware_secret() */
    GPtrArray *addresses, *host_addresses, *gateways; /* IpPrefix*: the file's, or from the pool */
    GPtrArray *prefixes;                              /* IpPrefix*: routed by it, the file's or a VPN's */
    struct json_t *taken; /* of one that is taken, what it was: taken.h; else NULL */
} LinkPlan;

typedef enum ParentUse { PARENT_NONE, PARENT_OPTIONAL, PARENT_NEEDED } ParentUse;

/* Which interface is meant that is there already; what is not set matches any. */
typedef struct LinkMatch {
    const char *key;       /* which one says it, for errors */
    const char *name;      /* also an alternative name */
    const MacAddress *mac; /* its permanent one, else the present one */
    const char *path;      /* as udev's ID_PATH */
    const char *phy;       /* of Wi-Fi, its radio */
} LinkMatch;

struct LinkKind {
    const char *name;    /* Kind= */
    const char *device;  /* the kernel's word for it; NULL: the same */
    ParentUse parent;    /* Parent=; it is looked up in the host, or where ParentNamespace= says */
    bool parent_in_data; /* put_data says which; else IFLA_LINK does */
    bool has_host_end;   /* HostName=, HostAddress= … are allowed */
    bool born_outside;  /* the request describes the outer end, put_data adds the inner one (a pair); else the
                           inner link */
    bool is_moved;      /* made beside its parent and then moved in: the kernel takes the namespace that it is
                           born in for the one that carries it */
    bool is_taken;      /* there already: moved in, and given back */
    bool is_master;     /* others can be its ports, by Master= */
    bool has_peers;     /* [Peer] sections are for it */
    bool leads_nowhere; /* no packet leaves by it */
    bool has_number;    /* a file outside is called by the interface's number, which is therefore chosen */
    bool has_no_mac;    /* no Ethernet */
    bool shares_mac; /* has that of its parent, beside it: what is sent to the MAC address alone is not for it
                      */
    /* Do broadcasts and multicasts stay outside, as it is set? NULL: no. */
    bool (*is_deaf)(const LinkConf *link);
    /* Has it a MAC address that is nobody else's, and that we may choose? NULL: no. */
    bool (*has_own_mac)(const LinkConf *link);
    const char *unique;    /* the key of which the kernel has each value but once; NULL: none */
    const char *outer_key; /* of peer(); NULL where there is none */
    size_t conf_size;      /* of LinkConf.own */
    const ConfKey *keys;   /* of [Link], beyond the common ones; ends with a NULL name; offsets into own */
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
    /* The routing table of its ports' routes. NULL: they are in the main one. */
    uint32_t (*table)(const LinkConf *link);
    /* Reads the files that only root can, and what they say into @conf; @notes: see link_read_files. NULL:
     * none.
     */
    bool (*read)(Conf *conf, LinkConf *link, GPtrArray *notes, GError **error);
    /* Can one of those files name servers to ask for names? NULL: no. */
    bool (*may_name_servers)(const LinkConf *link);
    /* Overwrites the secrets in own, before it is freed. NULL: there are none. */
    void (*wipe)(void *own);
    /* Makes it, called inside; for what is not made by netlink. NULL: it is. */
    bool (*make)(const LinkPlan *plan, GError **error);
    /* What a message of its own sets, once the link is made and before it is up. NULL: nothing. */
    bool (*configure)(const LinkPlan *plan, const Conf *conf, GError **error);
    /* Not made, nor taken: it is handed over once it is there. Is it @interface? NULL: any other kind. */
    bool (*awaits)(const LinkConf *link, const char *interface);
    /* Of one that is taken: which. */
    LinkMatch (*match)(const LinkConf *link);
};

/* The other namespace that this link hangs on, where its outer end or its parent is, and the key that says
 * so: Peer=, Bind=, ParentNamespace=. NULL: none but the host. */
const char *link_outer_namespace(const LinkConf *link, const char **ret_key);

/* Of which families the link has addresses inside that packets can be routed to, from its file or its pools;
 * @ipv6: as [Namespace] IPv6= says. */
Families link_families(const LinkConf *link, Tristate ipv6);

/* Reads the files with keys that links of @conf name, if there are any (link_has_files). Sets conf->secrets.
 * @notes (char*): what in them is not done, a sentence each; NULL: not wanted. Only root can; from here on
 * there is no core dump of this process. Errors cite file:line. */
bool link_read_files(Conf *conf, GPtrArray *notes, GError **error);
bool link_has_files(const Conf *conf);

/* The kernel's word for a kind. */
const char *link_device(const LinkKind *kind);

/* Is it a wire to the host itself: not on a bridge, not to another namespace? */
bool link_is_wire(const LinkConf *link);

/* has_own_mac of kinds that always have. */
bool link_always(const LinkConf *link);

/* The routing table of the VRF that @link is a port of, 0 = none, so the main one. */
uint32_t link_table(const Conf *conf, const LinkConf *link);

/* The sentence of a check: "FILE:LINE: [Link x] KEY=value: WHY". Always false. */
bool link_fail(const LinkConf *link, const char *key, GError **error, const char *why);

/* NULL when there is no such kind. */
const LinkKind *link_kind_find(const char *name);
/* All names, NULL-terminated, for "nearest known word". */
const char *const *link_kind_names(void);
