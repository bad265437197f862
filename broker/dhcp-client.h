/* dhcp-client.h - the DHCP clients that are known: where they are, what each can do, how it is started. */
#pragma once

#include "conf.h"

/* One client for one link. */
typedef struct DhcpUse {
    const char *name, *interface; /* of the namespace; inside */
    const LinkConf *link;
    const char *kept;      /* directory of what outlives the namespace: leases, DUID */
    const char *conf_file; /* where one that we write for it may be */
    Families families;
    int said;        /* where its first words go, -1: nowhere */
    bool shares_mac; /* of the link's kind: answers have to be broadcast, and who asks is told by another
                        identifier */
} DhcpUse;

typedef struct DhcpClient {
    const char *name; /* Client= */
    DhcpClientName word;
    Families families;           /* that it asks for; the rest comes by the kernel's router advertisements */
    bool unicast;                /* cannot have answers broadcast */
    bool at_once;                /* both in one process */
    const char *const *programs; /* where it may be */
    const char *const *covered;  /* directories where it meets others of its kind: the first is one of /run */
    /* Of a run that reads a file of ClientFile=, says what it does not understand in it, and does no more;
     * CLIENT_FILE stands for the file. NULL: it has none. */
    const char *const *trial;
    /* How lines begin that it prints whatever happens. */
    const char *const *usual;
    /* argv and what has to be in its files before; @family: FAMILIES_IPV4, _IPV6 or, at once, both */
    bool (*prepare)(const DhcpUse *use, Families family, GPtrArray *argv, GError **error);
} DhcpClient;

#define CLIENT_FILE "@"

/* The first line of @words, all that @client has printed, that is not as usual; NULL: none. A line without
 * controls, owned by the caller. */
char *dhcp_client_word(const DhcpClient *client, const char *words);

/* For which families it asks on @link. */
Families dhcp_client_families(const DhcpClient *client, const LinkConf *link);

/* The one that Client= of @link names, or the first that is there and can do something for it; of those only
 * @name, NULL: any. *ret_program: its file. NULL: there is none. */
const DhcpClient *dhcp_client_find(const LinkConf *link, const char *name, const char **ret_program);

/* What of DHCP= it does not do for @link, a sentence owned by the caller; NULL: it does all of it. */
char *dhcp_client_limit(const DhcpClient *client, const LinkConf *link);

/* Why there is none: "no DHCP client is installed: …". Owned by the caller. */
char *dhcp_client_why_not(const LinkConf *link);
