/* graph-model.h - the topology that `netnsctl graph` draws, as plain data: namespaces, what each of their
 * links is connected to in the host, and the doors by which packets leave it.
 *
 * Made of the JSON of status.h and survey-link.h, and of answers to the one question that only the kernel's
 * routing can answer. Who draws knows neither. */
#pragma once

#include "conf.h"

#include <jansson.h>

/* ---- the question, and who is asked ---- */

/* Which way would a packet to the Internet go? */
typedef struct GraphQuestion {
    int family;           /* AF_INET, AF_INET6 */
    const char *incoming; /* the host's interface it comes in by; NULL: a program of the host sends it */
    const char *source;   /* with @incoming: its address */
    const char *outgoing; /* the interface it must leave by; NULL: any */
} GraphQuestion;

typedef enum GraphWay { WAY_FOUND, WAY_NONE, WAY_NOT_FORWARDED } GraphWay;

typedef struct GraphAnswer {
    GraphWay way;
    char link[IFNAMSIZ];
    char gateway[INET6_ADDRSTRLEN]; /* "": none, the interface leads there itself */
} GraphAnswer;

typedef void (*GraphAsk)(const GraphQuestion *question, GraphAnswer *ret, void *user);

/* ---- the picture ---- */

typedef enum DoorType {
    DOOR_UPLINK,    /* a card, or what else leads to the Internet */
    DOOR_TUNNEL,    /* into which packets are packed: a VPN */
    DOOR_NETWORK,   /* to a network from which nothing was found to lead on */
    DOOR_NAMESPACE, /* to a namespace that routes for others */
    DOOR_BRIDGE,    /* a switch in the host */
} DoorType;

/* Edges point to doors by their number, as the array may move while it is filled. */
typedef struct GraphEdge {
    guint door;
    Families families;
    bool frames; /* it carries frames, not packets: the host neither routes nor filters nor translates */
} GraphEdge;

/* An interface of the host (or of a namespace, with @inside) that leads somewhere. */
typedef struct GraphDoor {
    char *name, *kind;
    DoorType type;
    bool leads_out;       /* packets to the Internet go this way */
    char *inside;         /* the namespace that has this door all to itself; NULL: the host */
    char *towards;        /* DOOR_NAMESPACE: its name */
    char *over;           /* DOOR_TUNNEL: the only uplink there is to carry it; NULL: not known */
    GPtrArray *addresses; /* char* */
    char *gateways[2];    /* IPv4's, IPv6's; NULL: none */
    GArray *edges;        /* GraphEdge: what a bridge is connected to in turn */
    guint others;         /* a bridge's ports that belong to nobody in the picture */
} GraphDoor;

typedef struct GraphLink {
    char *name, *kind;
    bool up;
    GPtrArray *addresses; /* char*, without the link-local ones */
    /* The end in the host, or a macvlan's sibling there */
    char *port;                /* NULL: none */
    GPtrArray *port_addresses; /* char* */
    Families masquerade;
    bool host_access, only_way; /* may reach the host itself; is kept from leaving by any other door */
    const char *note;           /* why it has no way out; NULL: it has, or it is not its business */
    GArray *edges;              /* GraphEdge */
    /* The other end, where another namespace has it */
    char *peer_namespace, *peer;
    int mate_namespace, mate_link; /* it, in the picture; -1: it is not in there */
} GraphLink;

typedef struct GraphNamespace {
    char *name, *type, *state, *description; /* all but the name may be NULL */
    char **dns;                              /* never NULL */
    char **ports, **reaches; /* published, as "8080" or "udp 53"; names of NamespaceAccess=; never NULL */
    bool firewall, slip;     /* has a ruleset of its own; its file is not right */
    guint processes;
    GPtrArray *links; /* GraphLink* */
} GraphNamespace;

typedef struct Graph {
    char *host;
    bool outside;          /* is the host seen? false: whoever asks is in one of the namespaces */
    Families families;     /* of all ways to the Internet */
    GArray *edges;         /* GraphEdge: of the host's own programs */
    GPtrArray *doors;      /* GraphDoor* */
    GPtrArray *namespaces; /* GraphNamespace*: those that are there, in the order in which they are drawn */
    GPtrArray *down;       /* char*: names of those that are not */
} Graph;

/* @namespaces: an array of status_of's objects, with "processes" as in who.h. @links: survey_links of the
 * host; NULL: not to be seen, and then nothing is asked. Every string of the result is fit for a terminal
 * (printable.h). Never NULL. */
Graph *graph_new(const char *host, const json_t *namespaces, const json_t *links, GraphAsk ask, void *user);
void graph_free(Graph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Graph, graph_free)

/* ---- for those who draw ---- */

const GraphEdge *graph_edge(const GArray *edges, guint i);
/* Where a door leads, in a word or two ("Internet", "VPN", "network"); NULL: nowhere but to its ports. */
const char *graph_door_towards(const GraphDoor *door);
/* "nat", "macvlan, broken": what a namespace is; may be "". Owned by the caller. */
char *graph_namespace_kind(const GraphNamespace *ns);
/* "firewall", "2 processes", "DNS 192.0.2.53": NULL-terminated, owned by the caller. */
char **graph_namespace_words(const GraphNamespace *ns);
/* "NAT", "NAT IPv4", NULL. */
const char *graph_link_nat(const GraphLink *link);
/* Its port is not its other end, but a link of its kind beside it, by which the host can talk to it. */
bool graph_link_is_sibling(const GraphLink *link);
/* "IPv4", "IPv6"; NULL where it goes without saying: for both, or all there is. */
const char *graph_edge_families(const Graph *graph, const GraphEdge *edge);
