/* conf.h - what an admin's file says, as plain data.
 *
 * Text (ini.c, parse.c) fills these structs, netlink (link.c, route.c …) reads them: parsing knows no kernel,
 * netlink knows no text. A Conf is complete and checked: whoever holds one need not validate again. */
#pragma once

#include <glib.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct LinkKind LinkKind;

/* One assignment as it was written; every error about a value cites it. Strings are owned by the Conf. */
typedef struct ConfLine {
    const char *file;    /* as given to the reader, e.g. "/etc/netns-broker/lab.netns" */
    unsigned line;       /* from 1 */
    const char *section; /* "Link" */
    const char *label;   /* "wan", or "" for a section without a name */
    const char *key;
    const char *value; /* %n and %% already replaced */
    bool from_type;    /* of the type laid underneath, or a drop-in of the type */
    bool expanded;     /* a %n was replaced in the value */
} ConfLine;

typedef struct IpAddress {
    int family; /* AF_INET or AF_INET6; AF_UNSPEC: not set */
    union {
        struct in_addr v4;
        struct in6_addr v6;
        uint8_t bytes[16];
    };
} IpAddress;

typedef struct IfName {
    char text[IFNAMSIZ]; /* "" = not set */
} IfName;

/* An address with a prefix length. Host bits are kept (10.0.0.2/30); who needs a network calls
 * ip_prefix_network(). */
typedef struct IpPrefix {
    IpAddress address;
    uint8_t length;
    IfName zone;          /* of a link-local name server: the interface inside, fe80::1%eth0; else "" */
    const ConfLine *line; /* where it was written, NULL when we chose it ourselves */
} IpPrefix;

typedef struct MacAddress {
    bool set;
    uint8_t bytes[6];
} MacAddress;

/* A key of WireGuard's: public, private or preshared. */
typedef struct WireguardKey {
    bool set;
    uint8_t bytes[32];
} WireguardKey;

/* yes, no, or not said (the default depends on something else) */
enum { TRISTATE_UNSET = -1, TRISTATE_NO = 0, TRISTATE_YES = 1 };
/* Integers of different widths instead of enums: _Generic can tell them apart, and so chooses the parser
 * (parse.h). */
typedef int8_t Tristate;

enum { FAMILIES_NONE = 0, FAMILIES_IPV4 = 1, FAMILIES_IPV6 = 2, FAMILIES_BOTH = 3 };
typedef uint16_t Families;

/* Client= */
enum { DHCP_AUTO, DHCP_DHCPCD, DHCP_DHCLIENT, DHCP_UDHCPC };
typedef uint8_t DhcpClientName;

enum { AUTHORIZE_BOTH, AUTHORIZE_LIST, AUTHORIZE_EITHER };
typedef uint8_t Authorize;

/* What programs see of /etc: a directory with files of its own, which nothing that the host does to
 * its own uncovers; each of those files mounted over the host's; the host's as it is. */
enum { ETC_DIRECTORY, ETC_FILES, ETC_NO };
typedef uint8_t MountEtc;

/* Does what the host mounts later appear to programs that run inside? */
enum { PROPAGATION_SLAVE, PROPAGATION_PRIVATE };
typedef uint8_t Propagation;
enum { PRIVACY_KERNEL, PRIVACY_NO, PRIVACY_PREFER_PUBLIC, PRIVACY_YES };
typedef uint8_t PrivacyExtensions;

/* One more than the kernel's number (IN6_ADDR_GEN_MODE_…). */
enum { GENERATION_KERNEL, GENERATION_EUI64, GENERATION_NONE, GENERATION_STABLE, GENERATION_RANDOM };
typedef uint8_t AddressGeneration;

/* A hook: argv, first word an absolute path. Both are checked for ownership when they are run. */
typedef struct HookConf {
    char **argv;
    const ConfLine *line;
} HookConf;

typedef struct SysctlConf {
    char *name; /* dots or slashes as written, below net., e.g. "net.ipv4.ping_group_range" */
    char *value;
    const ConfLine *line;
} SysctlConf;

typedef struct NamespaceConf {
    char *description;
    bool adopt;          /* Adopt=: take over a namespace of that name made by someone else */
    Families forwarding; /* Forwarding=yes|no|ipv4|ipv6, inside */
    Tristate ipv6;       /* IPv6=no: disable_ipv6 inside. Unset = yes */
    char *kill_switch;   /* KillSwitch=: label of the only link that may lead anywhere; NULL: no promise */
    Tristate sysfs;      /* MountSys=yes|no; unset: only where a mount namespace is made anyway */
    MountEtc etc;        /* MountEtc= */
    Tristate bus;        /* SystemBus=: do programs see it? Unset = yes */
    Propagation propagation; /* MountPropagation= */
    GPtrArray *sysctls;      /* SysctlConf* */
} NamespaceConf;

typedef struct AccessConf {
    char **users;  /* names or numbers, as written; never NULL */
    char **groups; /* likewise */
    Authorize authorize;
} AccessConf;

typedef struct LinkConf {
    char *label;          /* [Link LABEL] */
    const LinkKind *kind; /* Kind= */
    void *own;            /* kind's own keys: kind->conf_size bytes, zeroed, owned by the Conf */
    IfName name;          /* Name=: inside; default: the label, or what the type says */
    IfName host_name;     /* HostName=: the end that stays in the host, where there is one */
    char *altname,
        *host_altname; /* what Name=, HostName= would be if they fitted (if_name_shorten); NULL: they do */
    IfName parent;     /* Parent= */
    char *parent_namespace;    /* ParentNamespace=: where the parent is; NULL: the host; the namespace's own
                                  name:    inside */
    IfName master;             /* Master=: the interface inside that this one is a port of */
    MacAddress mac, host_mac;  /* MACAddress=, HostMACAddress= */
    Tristate mac_policy;       /* MACAddressPolicy=persistent|random; unset = persistent */
    uint32_t mtu;              /* MTU= (MTUBytes in networkd's words), 0: the kernel's */
    GPtrArray *addresses;      /* Address=: IpPrefix*, inside */
    GPtrArray *host_addresses; /* HostAddress=: IpPrefix*, on the host's (or peer's) end */
    GPtrArray *gateways;       /* Gateway=: IpPrefix*; length is what was written and not used */
    GPtrArray *prefixes;       /* Prefixes=: IpPrefix*, routed by the link without a gateway */
    IfName prefixes_from;      /* PrefixesFrom=: only for what comes in by that interface inside */
    Tristate subnet_auto;      /* Subnet=auto: addresses of both ends and gateways from Pool= */
    GPtrArray *pools;          /* Pool=: IpPrefix*, a v4 one is cut into /30s, a v6 one into /64s */
    Tristate accept_ra;        /* IPv6AcceptRA= */
    PrivacyExtensions privacy; /* IPv6PrivacyExtensions= */
    IpAddress token;           /* IPv6Token= */
    AddressGeneration generation; /* IPv6LinkLocalAddressGenerationMode= */
    Tristate dad;  /* IPv6DuplicateAddressDetection=; unset: off for addresses of ours on a veth, else on */
    Families dhcp; /* DHCP=; of a type, only where no address is given: settled by check_dhcp */
    DhcpClientName dhcp_client; /* Client= */
    uint32_t dhcp_timeout;      /* DHCPTimeout=: seconds that `up` waits for a lease, 0: not at all */
    bool dhcp_required;         /* DHCPRequired=: `up` fails without one */
    char *dhcp_file;            /* ClientFile=: the client's own configuration, an absolute path */
    GPtrArray *sysctls; /* Sysctl=: SysctlConf*, relative to net.{ipv4,ipv6}.conf.IF or .neigh.IF, e.g.
                           "ipv4.conf.rp_filter" */
    Tristate up;        /* ActivationPolicy=up|down; unset = up */
    GPtrArray *lines;   /* ConfLine* of this section, borrowed */
} LinkConf;

typedef struct RouteConf {
    char *label;
    IpPrefix destination; /* Destination=; "default" = family of Gateway, length 0 */
    IpAddress gateway;
    Tristate onlink;  /* GatewayOnLink= */
    IpAddress source; /* PreferredSource= */
    char *link;       /* Link=: label of a [Link]; NULL: by gateway, or the sole link */
    uint32_t table;   /* Table=: number, or main, default, local; 0 = main */
    uint32_t metric;
    uint32_t mtu;
    uint8_t type; /* Type=unicast|blackhole|unreachable|prohibit|throw|local: RTN_* */
    GPtrArray *lines;
} RouteConf;

typedef struct RuleConf {
    char *label;
    Families families; /* Family=ipv4|ipv6|both; default: of From/To, else ipv4 */
    IpPrefix from, to;
    IfName incoming, outgoing;
    bool has_mark;
    uint32_t mark, mask; /* FirewallMark=MARK[/MASK] */
    bool has_uids;
    uint32_t uid_first, uid_last; /* User=UID or UID-UID */
    bool invert;
    uint32_t table;
    bool has_priority;
    uint32_t priority;
    int suppress_prefixlength; /* -1: not set */
    uint8_t action;            /* Type=table|blackhole|unreachable|prohibit: FR_ACT_* */
    GPtrArray *lines;
} RuleConf;

typedef struct PortRange {
    uint16_t first, last; /* 0: not set */
} PortRange;

enum { PORT_TCP = 1, PORT_UDP = 2, PORT_BOTH = 3 };

/* Where the host takes connections for a namespace. */
typedef struct PortListen {
    IpAddress address; /* AF_UNSPEC: any of the host's; 0.0.0.0 or ::, any of that family */
    PortRange range;
    uint8_t protocols; /* PORT_… */
} PortListen;

typedef struct PortConf {
    char *label;
    PortListen listen; /* Listen=, Protocol= */
    PortRange to;      /* To=: inside, as many as in Listen=, which is the default */
    char *link;        /* Link=: label of a [Link], the sole one to the host where none is given */
    GPtrArray *lines;
} PortConf;

/* Whom a WireGuard link talks to. */
typedef struct PeerConf {
    char *label;
    WireguardKey public_key;
    char *preshared_file;   /* PresharedKeyFile= */
    WireguardKey preshared; /* once read: link_read_files */
    char *host;             /* Endpoint=: a name or an address; NULL: it comes to us */
    uint16_t port;
    GPtrArray *allowed; /* AllowedIPs=: IpPrefix* */
    uint32_t keepalive; /* seconds, 0 = off */
    char *link;         /* Link=, the sole one of the kind where none is given */
    IpAddress address;  /* of @host once it is looked up: endpoint.h; AF_UNSPEC: not yet */
    char *where;        /* once read: "lab.netns:7: [Peer x] PublicKey=…", or a wg-quick file's line */
    GPtrArray *lines;   /* NULL: of a wg-quick file */
} PeerConf;

enum { DNS_GUARD_UNSET, DNS_GUARD_NO, DNS_GUARD_YES, DNS_GUARD_TLS };
typedef uint8_t DnsGuard;

enum { RESOLVER_NONE, RESOLVER_DNSMASQ, RESOLVER_UNBOUND };
typedef uint8_t DnsResolver;

/* Whose name servers a namespace has. What Servers= says of it may be nothing; what holds: dns-source.h. */
enum {
    DNS_SOURCE_UNSET,
    DNS_SOURCE_NOBODY, /* behind a kill switch, without a word */
    DNS_SOURCE_GIVEN,  /* the addresses of Servers=, or of a link's file */
    DNS_SOURCE_HOST,
    DNS_SOURCE_UPLINK,
    DNS_SOURCE_VPN,
    DNS_SOURCE_LEASE,
};
typedef uint8_t DnsSource;

typedef struct DnsConf {
    GPtrArray *servers;   /* IpPrefix*, address only */
    char **domains;       /* Domains= */
    char **options;       /* Options=, resolv.conf(5) words */
    DnsSource word;       /* of Servers= the last that is no address: host, uplink, vpn, dhcp; or unset */
    DnsGuard guard;       /* Guard=; unset: where there is a KillSwitch= (dns-guard.h) */
    DnsResolver resolver; /* Resolver= */
} DnsConf;

typedef struct NatConf {
    Families masquerade; /* Masquerade=yes|no|ipv4|ipv6 */
    bool host_access;    /* HostAccess=: may it open connections to the host itself */
    char *
        *uplink; /* Uplink=: auto, or names and patterns of interfaces; empty: whatever way the host takes */
    char **namespace_access; /* NamespaceAccess=: names of those to which it may open connections */
} NatConf;

/* The text that File= leads to: ruleset-file.h. */
typedef struct Ruleset Ruleset;

typedef struct FirewallConf {
    char *file; /* File=: a path, or the name of a file beside the configuration; loaded by nft inside, before
                   any link is up */
    const ConfLine *line; /* of File= */
    bool auto_save;       /* AutoSave= */
    Ruleset *ruleset;     /* NULL before ruleset_read(), and without File= */
} FirewallConf;

typedef enum HookPoint {
    HOOK_PRE_UP,
    HOOK_POST_UP,
    HOOK_PRE_DOWN,
    HOOK_POST_DOWN, /* in the host */
    HOOK_INSIDE_PRE_UP,
    HOOK_INSIDE_POST_UP,
    HOOK_INSIDE_PRE_DOWN,
    HOOK_INSIDE_POST_DOWN, /* in the namespace */
    HOOK_POINTS
} HookPoint;

typedef struct Conf {
    char *name;
    char *type; /* NULL: none given */
    char *file; /* the main file; NULL when there is none and the type alone was asked for */
    NamespaceConf ns;
    AccessConf access;
    GPtrArray *links;  /* LinkConf*, in the order of first mention */
    GPtrArray *routes; /* RouteConf* */
    GPtrArray *rules;  /* RuleConf* */
    GPtrArray *ports;  /* PortConf* */
    GPtrArray *peers;  /* PeerConf* */
    DnsConf dns;
    NatConf nat;
    FirewallConf firewall;
    GPtrArray *hooks[HOOK_POINTS]; /* HookConf* */
    GPtrArray *lines;              /* ConfLine*, owned, in order of reading: type, then file, then drop-ins */
    GStringChunk *strings;         /* what the lines point to */
    char *secrets;      /* a digest of the files with keys that were read (link_read_files); NULL: none */
    char *client_files; /* likewise of the files of ClientFile= (client_files_read) */
} Conf;

typedef enum ConfFlags {
    CONF_STRICT = 0,
    CONF_ANY_OWNER = 1 << 0, /* for `check FILE`: do not insist on root's ownership */
} ConfFlags;

#define CONF_ERROR conf_error_quark()
GQuark conf_error_quark(void);
typedef enum ConfError {
    CONF_ERROR_NOT_FOUND, /* no file, and no type was asked for */
    CONF_ERROR_INVALID,   /* a slip; the message starts with file:line */
    CONF_ERROR_GONE,      /* no file any more of what is up (status.h) */
    CONF_ERROR_UNSAFE,    /* not root's, or writable by others */
} ConfError;

/* A new peer of the link @label, in @conf->peers; borrowed. */
PeerConf *conf_peer_new(Conf *conf, const char *label);

/* "HOST:PORT" or "[ADDRESS]:PORT"; replaces *ret_host. */
bool conf_endpoint_parse(const char *text, char **ret_host, uint16_t *ret_port);

/* Look for all three configuration directories below @root, for `check --root=DIR`. NULL or "": the real
 * ones. Borrowed. */
void conf_set_root(const char *root);

/* A namespace's name: [A-Za-z0-9][A-Za-z0-9_.-]{0,31}. Sets @error to a sentence about the first offence. */
bool conf_name_valid(const char *name, GError **error);

/* Read and check NAME's configuration: its type underneath, its file, its drop-ins.
 * @type: NULL = what the file says (none: basic). Given and the file says otherwise: an error. Given and no
 * file: the type alone. Returns a Conf to be freed by conf_free, or NULL and the first error; with @slips
 * (GPtrArray of char*) all errors are collected there too, one sentence each. */
Conf *conf_load(const char *name, const char *type, ConfFlags flags, GPtrArray *slips, GError **error);

/* The same for a file anywhere: its name is the part before ".netns". One in a configuration directory is
 * loaded by its name, that is with its drop-ins, and is never of any owner. */
Conf *conf_load_file(const char *path, ConfFlags flags, GPtrArray *slips, GError **error);

/* A type alone, as `check` looks at it: keys that it leaves to the admin (%?) need not be there. */
Conf *conf_load_type(const char *type, ConfFlags flags, GPtrArray *slips, GError **error);

/* Names with a file in one of the directories, sorted, each once. Never NULL but on error. */
char **conf_names(GError **error);

/* The merged result as a file that would load to the same Conf, values resolved (%n …), a comment per source.
 */
char *conf_show(const Conf *conf);

/* "lab.netns:12: [Link wan] Parent=eth9", for the last assignment of @key among @lines; when there
 * is none, where the section begins: "lab.netns:10: [Link wan] Parent=". The file is cited by its base name
 * when it is in one of the configuration directories. Owned by the caller. */
char *conf_cite(const GPtrArray *lines, const char *key);
char *conf_cite_line(const ConfLine *line); /* the same for one line */

void conf_free(Conf *conf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Conf, conf_free)
