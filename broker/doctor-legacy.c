/* doctor-legacy.c - see doctor-legacy.h. */
#include "doctor-legacy.h"

#include "paths.h"
#include "spawn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than a stray packet or two would count, few enough to disturb nobody. */
#define PACKETS 5
#define SETTLE (50 * 1000) /* µs that they have to get through */

static const char *program_of(int family)
{
    return family == AF_INET ? "iptables-legacy" : "ip6tables-legacy";
}

/* The file is there where the module is loaded, and has a line for each table of this namespace. */
bool legacy_is_there(int family)
{
    g_autofree char *names = NULL;

    return g_file_get_contents(family == AF_INET ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names",
                               &names, NULL, NULL) &&
           *names;
}

static char **save(int family, GError **error)
{
    g_autofree char *path = g_strconcat(SBIN_DIR "/", program_of(family), "-save", NULL);
    char *const argv[] = {path, (char *)"-c", NULL};
    g_autofree char *text = access(path, X_OK) == 0 ? spawn_ask(argv, -1) : NULL;

    if (text) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        return g_strsplit(valid, "\n", -1);
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                "%s has tables here, but %s, which could tell what is in them, is not there or fails",
                program_of(family), path);
    return NULL;
}

/* A line "[12:3456] -A CHAIN …" or ":CHAIN POLICY [12:3456]". */
typedef struct Line {
    guint64 packets;
    bool is_policy;
    const char *chain; /* not terminated */
    size_t chain_length;
    const char *rest; /* from "-A" on, or the policy */
} Line;

static bool line_read(const char *text, Line *ret)
{
    const char *counts = strchr(text, '[');

    *ret = (Line){.is_policy = text[0] == ':'};
    if (!counts || (!ret->is_policy && counts != text))
        return false;
    ret->packets = g_ascii_strtoull(counts + 1, NULL, 10);
    if (ret->is_policy) {
        ret->chain = text + 1;
    } else {
        ret->rest = strstr(text, "-A ");
        if (!ret->rest)
            return false;
        ret->chain = ret->rest + 3;
    }
    ret->chain_length = strcspn(ret->chain, " ");
    if (ret->is_policy)
        ret->rest = ret->chain + ret->chain_length + (ret->chain[ret->chain_length] == ' ');
    return true;
}

static bool drops(const Line *line)
{
    const char *target = line->is_policy ? NULL : strstr(line->rest, " -j ");

    if (line->is_policy)
        return g_str_has_prefix(line->rest, "DROP ");
    return target && (g_str_equal(target, " -j DROP") || g_str_has_prefix(target, " -j REJECT"));
}

/* Of the chains that every table has, those that a packet on this way does not meet. */
static bool is_elsewhere(const Line *line, bool to_host)
{
    static const char *const through[] = {"INPUT", "OUTPUT", NULL}, *const host[] = {"FORWARD", "OUTPUT",
                                                                                     "POSTROUTING", NULL};
    g_autofree char *chain = g_strndup(line->chain, line->chain_length);

    return g_strv_contains(to_host ? host : through, chain);
}

/* Where an exception is put: at the start of the hook's chain. A user's chain does not say which that is;
 * this one is right for all but the rare rule in PREROUTING. */
static const char *base_of(const char *chain, bool policy, bool to_host)
{
    static const char *const builtin[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", NULL};

    return policy || g_strv_contains(builtin, chain) ? chain : to_host ? "INPUT" : "FORWARD";
}

static void describe(const Line *line, const char *table, int family, bool to_host, Obstacle *ret)
{
    *ret = (Obstacle){.program = g_strdup(program_of(family)),
                      .table = g_strdup(table),
                      .chain = g_strndup(line->chain, line->chain_length),
                      .rule = line->is_policy ? NULL : g_strdup(line->rest)};
    const char *base = base_of(ret->chain, line->is_policy, to_host);
    ret->base = g_strdup(base);
    ret->forward = g_str_equal(base, "FORWARD");
}

typedef bool (*EachLine)(const char *table, const Line *line, guint64 grown, void *user);

/* Calls @each for what has counted all of the packets. */
static void lines_grown(char **before, char **after, EachLine each, void *user)
{
    const char *table = "";

    for (guint i = 0; before[i] && after[i]; i++) {
        Line was, is;
        if (after[i][0] == '*')
            table = after[i] + 1;
        if (line_read(before[i], &was) && line_read(after[i], &is) && is.is_policy == was.is_policy &&
            is.packets >= was.packets + PACKETS && !each(table, &is, is.packets - was.packets, user))
            return;
    }
}

typedef struct Search {
    int family;
    bool to_host;
    guint64 least; /* packets that the best one has counted; 0: none found yet */
    Obstacle *found;
} Search;

/* Least besides ours: other people's packets go their way meanwhile. */
static bool take_least(const char *table, const Line *line, guint64 grown, void *user)
{
    Search *search = user;

    if (!drops(line) || is_elsewhere(line, search->to_host) || (search->least && grown >= search->least))
        return true;
    if (search->least)
        obstacle_done(search->found);
    search->least = grown;
    describe(line, table, search->family, search->to_host, search->found);
    return true;
}

/* Chains that the packets were in, or jumped to, tell who made the table. */
static bool take_owner(const char *table, const Line *line, guint64 grown, void *user)
{
    Search *search = user;
    Obstacle *found = search->found;
    g_autofree char *chain = g_strndup(line->chain, line->chain_length);
    const char *target = line->is_policy ? NULL : strstr(line->rest, " -j ");

    (void)grown;
    if (g_str_equal(table, found->table)) {
        found->owner = obstacle_owner(found->owner, table, chain);
        found->owner = obstacle_owner(found->owner, table, target ? target + strlen(" -j ") : "");
    }
    return !found->owner;
}

bool legacy_find(const Probe *probe, bool to_host, Obstacle *ret, GError **error)
{
    Search search = {.family = probe->to.family, .to_host = to_host, .found = ret};
    g_auto(GStrv) before = save(search.family, error), after = NULL;

    if (!before || !probe_send_many(probe, PACKETS, error))
        return false;
    g_usleep(SETTLE);
    after = save(search.family, error);
    if (!after)
        return false;
    lines_grown(before, after, take_least, &search);
    if (search.least)
        lines_grown(before, after, take_owner, &search);
    return search.least > 0;
}
