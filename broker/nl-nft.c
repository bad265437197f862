/* nl-nft.c - see nl-nft.h. */
#include "nl-nft.h"

#include "nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#define ANSWER_ROOM 32768

typedef void (*Each)(const struct nlmsghdr *message, void *user);

static bool failed(const char *what, int errnum, GError **error)
{
    g_set_error(error, NL_ERROR, errnum, "cannot ask the kernel for its nftables %s: %s", what,
                strerrordesc_np(errnum));
    return false;
}

/* 1: finished, 0: go on, -1: errno says why not. */
static int take(const char *answer, int length, Each each, void *user, bool *ret_interrupted)
{
    for (const struct nlmsghdr *h = (const void *)answer; mnl_nlmsg_ok(h, length);
         h = mnl_nlmsg_next(h, &length)) {
        if (h->nlmsg_flags & NLM_F_DUMP_INTR)
            *ret_interrupted = true;
        if (h->nlmsg_type == NLMSG_DONE)
            return 1;
        if (h->nlmsg_type == NLMSG_ERROR) {
            errno = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error;
            return errno ? -1 : 1;
        }
        each(h, user);
        if (!(h->nlmsg_flags & NLM_F_MULTI))
            return 1;
    }
    return 0;
}

/* -1: errno says why not. */
static int talk(struct mnl_socket *sock, uint16_t type, uint16_t flags, Each each, void *user,
                bool *ret_interrupted)
{
    char room[MNL_NLMSG_HDRLEN + sizeof(struct nfgenmsg)];
    g_autofree char *answer = g_malloc(ANSWER_ROOM);
    struct nlmsghdr *h = mnl_nlmsg_put_header(room);
    int done = 0;

    mnl_nlmsg_put_extra_header(h, sizeof(struct nfgenmsg));
    h->nlmsg_type = (uint16_t)((NFNL_SUBSYS_NFTABLES << 8) | type);
    h->nlmsg_flags = NLM_F_REQUEST | flags;
    if (mnl_socket_sendto(sock, h, h->nlmsg_len) < 0)
        return -1;
    while (done == 0) {
        ssize_t length = mnl_socket_recvfrom(sock, answer, ANSWER_ROOM);
        if (length < 0 && errno == EINTR)
            continue;
        done = length < 0 ? -1 : take(answer, (int)length, each, user, ret_interrupted);
    }
    return done;
}

/* @reset: before each try, as a list that changes meanwhile is asked for again. Where the kernel has no
 * nftables there is nothing to tell. */
static bool ask(const char *what, uint16_t type, uint16_t flags, Each each, void (*reset)(void *), void *user,
                GError **error)
{
    bool interrupted = true, fine = true;

    for (int tries = 0; fine && interrupted && tries < 10; tries++) {
        struct mnl_socket *sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
        interrupted = false;
        reset(user);
        fine = sock && mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) == 0 &&
               talk(sock, type, flags, each, user, &interrupted) >= 0;
        int errnum = errno;
        if (sock)
            mnl_socket_close(sock);
        errno = errnum;
    }
    return fine || errno == EOPNOTSUPP || errno == EPROTONOSUPPORT || failed(what, errno, error);
}

static const struct nlattr *attribute(const struct nlmsghdr *h, uint16_t type)
{
    const struct nlattr *attr;

    mnl_attr_for_each(attr, h, sizeof(struct nfgenmsg)) if (mnl_attr_get_type(attr) == type) return attr;
    return NULL;
}

static uint32_t number(const struct nlattr *attr)
{
    return attr && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0 ? ntohl(mnl_attr_get_u32(attr)) : 0;
}

static const char *text(const struct nlattr *attr)
{
    return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 ? mnl_attr_get_str(attr) : "";
}

/* NULL: none that packets of the host meet by IP. */
static const char *family_of(const struct nlmsghdr *h)
{
    int family = ((const struct nfgenmsg *)mnl_nlmsg_get_payload(h))->nfgen_family;

    return family == NFPROTO_INET   ? "inet"
           : family == NFPROTO_IPV4 ? "ip"
           : family == NFPROTO_IPV6 ? "ip6"
                                    : NULL;
}

static void take_generation(const struct nlmsghdr *h, void *user)
{
    *(uint32_t *)user = number(attribute(h, NFTA_GEN_ID));
}

static void reset_generation(void *user)
{
    *(uint32_t *)user = 0;
}

bool nl_nft_generation(uint32_t *ret, GError **error)
{
    return ask("generation", NFT_MSG_GETGEN, 0, take_generation, reset_generation, ret, error);
}

typedef struct Bases {
    GPtrArray *found;
    unsigned hooks;
    const char *except;
} Bases;

static void base_free(void *data)
{
    NftBase *base = data;

    g_free(base->table);
    g_free(base->chain);
    g_free(base);
}

static void take_base(const struct nlmsghdr *h, void *user)
{
    Bases *bases = user;
    const struct nlattr *nest = attribute(h, NFTA_CHAIN_HOOK), *attr, *priority = NULL;
    const char *table = text(attribute(h, NFTA_CHAIN_TABLE)), *family = family_of(h);
    int hook = -1;

    if (!nest || !family || !g_str_equal(text(attribute(h, NFTA_CHAIN_TYPE)), "filter") ||
        g_str_has_prefix(table, bases->except))
        return;
    mnl_attr_for_each_nested(attr, nest)
    {
        if (mnl_attr_get_type(attr) == NFTA_HOOK_HOOKNUM)
            hook = (int)number(attr);
        else if (mnl_attr_get_type(attr) == NFTA_HOOK_PRIORITY)
            priority = attr;
    }
    if (hook < 0 || hook >= NF_INET_NUMHOOKS || !(bases->hooks & (1u << hook)))
        return;
    NftBase *base = g_new0(NftBase, 1);
    *base = (NftBase){.family = family,
                      .hook = hook,
                      .priority = (int)number(priority),
                      .table = g_strdup(table),
                      .chain = g_strdup(text(attribute(h, NFTA_CHAIN_NAME))),
                      .drops = number(attribute(h, NFTA_CHAIN_POLICY)) == NF_DROP,
                      .empty = number(attribute(h, NFTA_CHAIN_USE)) == 0};
    g_ptr_array_add(bases->found, base);
}

static void reset_bases(void *user)
{
    g_ptr_array_set_size(((Bases *)user)->found, 0);
}

GPtrArray *nl_nft_bases(unsigned hooks, const char *except, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(base_free);
    Bases bases = {found, hooks, except};

    return ask("chains", NFT_MSG_GETCHAIN, NLM_F_DUMP, take_base, reset_bases, &bases, error)
               ? g_steal_pointer(&found)
               : NULL;
}

typedef struct Tables {
    GPtrArray *found;
    const char *except;
} Tables;

static void table_free(void *data)
{
    g_free(((NftTable *)data)->name);
    g_free(data);
}

static void take_table(const struct nlmsghdr *h, void *user)
{
    Tables *tables = user;
    const char *name = text(attribute(h, NFTA_TABLE_NAME)), *family = family_of(h);
    NftTable *table;

    if (!family || g_str_has_prefix(name, tables->except))
        return;
    table = g_new0(NftTable, 1);
    *table = (NftTable){family, g_strdup(name), number(attribute(h, NFTA_TABLE_FLAGS)) & NFT_TABLE_F_OWNER};
    g_ptr_array_add(tables->found, table);
}

static void reset_tables(void *user)
{
    g_ptr_array_set_size(((Tables *)user)->found, 0);
}

GPtrArray *nl_nft_tables(const char *except, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(table_free);
    Tables tables = {found, except};

    return ask("tables", NFT_MSG_GETTABLE, NLM_F_DUMP, take_table, reset_tables, &tables, error)
               ? g_steal_pointer(&found)
               : NULL;
}

typedef struct Any {
    const char *except;
    bool found;
} Any;

static void take_any(const struct nlmsghdr *h, void *user)
{
    Any *any = user;

    any->found = any->found || !g_str_has_prefix(text(attribute(h, NFTA_TABLE_NAME)), any->except);
}

static void reset_any(void *user)
{
    ((Any *)user)->found = false;
}

bool nl_nft_any(const char *except, bool *ret, GError **error)
{
    Any any = {except, false};
    bool fine = ask("tables", NFT_MSG_GETTABLE, NLM_F_DUMP, take_any, reset_any, &any, error);

    if (fine)
        *ret = any.found;
    return fine;
}

static int rules_of(const struct nlmsghdr *h)
{
    const struct nlattr *attr;

    mnl_attr_for_each(attr, h, sizeof(struct nfgenmsg)) if (mnl_attr_get_type(attr) == NFTA_CHAIN_USE &&
                                                            mnl_attr_validate(attr, MNL_TYPE_U32) >=
                                                                0) return (int)ntohl(mnl_attr_get_u32(attr));
    return 0;
}

/* The first answer: an acknowledgement where there is no such chain, else the chain. */
static int chain_answer(const struct nlmsghdr *h, ssize_t length, GError **error)
{
    int errnum = 0;

    if (length < (ssize_t)sizeof *h)
        errnum = errno;
    else if (h->nlmsg_type == NLMSG_ERROR)
        errnum = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error;
    else
        return rules_of(h);
    if (errnum == ENOENT || errnum == 0)
        return 0;
    (void)failed("chains", errnum, error);
    return -1;
}

/* Without NLM_F_ACK there is one answer. */
static int ask_chain(struct mnl_socket *sock, const char *table, const char *chain, GError **error)
{
    char room[8192]; /* a chain's answer has some dozen bytes, an error carries the request */
    struct nlmsghdr *h = mnl_nlmsg_put_header(room);
    struct nfgenmsg *family = mnl_nlmsg_put_extra_header(h, sizeof *family);
    ssize_t length = -1;

    h->nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN;
    h->nlmsg_flags = NLM_F_REQUEST;
    family->nfgen_family = NFPROTO_INET;
    mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, table);
    mnl_attr_put_strz(h, NFTA_CHAIN_NAME, chain);
    if (sock && mnl_socket_sendto(sock, h, h->nlmsg_len) > 0)
        length = mnl_socket_recvfrom(sock, room, sizeof room);
    return chain_answer(h, length, error);
}

bool nl_nft_rules_of(const char *table, const char *const *chains, int *ret_rules, GError **error)
{
    struct mnl_socket *sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
    bool fine = true;

    if (sock && mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0) {
        mnl_socket_close(sock);
        sock = NULL;
    }
    for (; fine && *chains; chains++, ret_rules++) {
        *ret_rules = ask_chain(sock, table, *chains, error);
        fine = *ret_rules >= 0;
    }
    if (sock)
        mnl_socket_close(sock);
    return fine;
}

int nl_nft_rules(const char *table, const char *chain, GError **error)
{
    const char *const chains[] = {chain, NULL};
    int rules;

    return nl_nft_rules_of(table, chains, &rules, error) ? rules : -1;
}
