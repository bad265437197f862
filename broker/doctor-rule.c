/* doctor-rule.c - see doctor-rule.h. The kernel names a rule by its handle; its text is asked of nft, and
 * where iptables made it of iptables, in whose words its admin thinks (and nft 1.0 does not know all of its
 * matches). */
#include "doctor-rule.h"

#include "firewall.h"
#include "listing.h"
#include "paths.h"
#include "spawn.h"

#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RULE_MAX 300 /* characters shown: a rule can have a thousand addresses in it */

static const char *family_word(uint8_t family)
{
    static const struct {
        uint8_t family;
        const char *word;
    } words[] = {{NFPROTO_INET, "inet"},     {NFPROTO_IPV4, "ip"}, {NFPROTO_IPV6, "ip6"},
                 {NFPROTO_BRIDGE, "bridge"}, {NFPROTO_ARP, "arp"}, {NFPROTO_NETDEV, "netdev"}};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i].family == family)
            return words[i].word;
    return "?";
}

/* ---- the rule's text -------------------------------------------------------------------------------- */

/* nft reads its arguments as a script, and whoever may make chains may call them anything. */
/* The line that ends with the handle; @ret_number: which rule of the chain it is, from 1. */
static char *line_of_handle(const char *listing, uint64_t handle, unsigned *ret_number)
{
    g_autofree char *end = g_strdup_printf(" # handle %" G_GUINT64_FORMAT, handle);
    g_auto(GStrv) lines = g_strsplit(listing, "\n", -1);

    *ret_number = 0;
    for (char **line = lines; *line; line++) {
        /* two tabs: a rule; the chain's own line, which has a handle too, has one */
        if (!g_str_has_prefix(*line, "\t\t") || !strstr(*line, " # handle "))
            continue;
        ++*ret_number;
        if (g_str_has_suffix(*line, end)) {
            (*line)[strlen(*line) - strlen(end)] = '\0';
            return g_strdup(g_strstrip(*line));
        }
    }
    return NULL;
}

/* Without "packets 12 bytes 3456" of a counter, which says nothing of the rule. */
static char *without_counts(const char *text)
{
    g_autoptr(GRegex) counts = g_regex_new(" packets \\d+ bytes \\d+", 0, 0, NULL);

    return g_regex_replace_literal(counts, text, -1, 0, "", 0, NULL);
}

/* Takes @text. */
static char *shortened(char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1), *front = NULL;

    g_free(text);
    if (g_utf8_strlen(valid, -1) <= RULE_MAX)
        return g_steal_pointer(&valid);
    front = g_utf8_substring(valid, 0, RULE_MAX);
    return g_strconcat(front, "…", NULL);
}

/* "-A FORWARD -i eth0 -j DROP", rule @number of the chain. */
static char *iptables_line(const char *program, const Obstacle *obstacle, unsigned number)
{
    g_autofree char *path = g_strdup_printf(SBIN_DIR "/%s-nft", program), *output = NULL;
    char digits[12];
    char *const argv[] = {path, (char *)"-t", obstacle->table, (char *)"-S", obstacle->chain, digits, NULL};

    snprintf(digits, sizeof digits, "%u", number);
    output = access(path, X_OK) == 0 ? spawn_ask(argv, -1) : NULL;
    if (!output || !g_str_has_prefix(output, "-A "))
        return NULL;
    output[strcspn(output, "\n")] = '\0';
    return g_steal_pointer(&output);
}

static char *rule_text(const Obstacle *obstacle, uint64_t handle)
{
    char *const argv[] = {(char *)NFT_PATH, (char *)"-a",    (char *)"list",  (char *)"chain",
                          obstacle->family, obstacle->table, obstacle->chain, NULL};
    g_autofree char *listing =
        nft_is_identifier(obstacle->table) && nft_is_identifier(obstacle->chain) ? spawn_ask(argv, -1) : NULL;
    unsigned number = 0;
    g_autofree char *line = listing ? line_of_handle(listing, handle, &number) : NULL;

    if (!line)
        return g_strdup_printf("handle %" G_GUINT64_FORMAT, handle);
    if (!g_str_equal(obstacle->program, "nft")) {
        char *other = iptables_line(obstacle->program, obstacle, number);
        if (other)
            return shortened(other);
    }
    return shortened(without_counts(line));
}

/* ---- whose it is ------------------------------------------------------------------------------------ */

typedef struct Owner {
    const char *name;
    const char *table, *chain; /* how one begins; NULL: no sign */
    const char *through,
        *to_host; /* what lets a namespace pass; NULL: as without an owner. Each %s: its end */
} Owner;

static const Owner owners[] = {
    {"docker", NULL, "DOCKER",
     "iptables -I DOCKER-USER -i %s -j ACCEPT\n"
     "iptables -I DOCKER-USER -o %s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
     NULL},
    {"docker", "docker-bridges", NULL, NULL, NULL},
    {"ufw", NULL, "ufw-", "ufw route allow in on %s", "ufw allow in on %s"},
    {"ufw", NULL, "ufw6-", "ufw route allow in on %s", "ufw allow in on %s"},
    {"firewalld", "firewalld", NULL, "firewall-cmd --zone=trusted --add-interface=%s",
     "firewall-cmd --zone=trusted --add-interface=%s"},
    {"libvirt", "libvirt_network", NULL, NULL, NULL},
    {"libvirt", NULL, "LIBVIRT_", NULL, NULL},
    {"kubernetes", NULL, "KUBE-", NULL, NULL},
    {"podman", NULL, "NETAVARK", NULL, NULL},
    {"podman", "netavark", NULL, NULL, NULL},
    {"fail2ban", NULL, "f2b-", NULL, NULL},
    {"fail2ban", "f2b-", NULL, NULL, NULL},
    {"crowdsec", "crowdsec", NULL, NULL, NULL},
};

const char *obstacle_owner(const char *owner, const char *table, const char *chain)
{
    for (size_t i = 0; !owner && i < G_N_ELEMENTS(owners); i++)
        if ((owners[i].table && g_str_has_prefix(table, owners[i].table)) ||
            (owners[i].chain && g_str_has_prefix(chain, owners[i].chain)))
            owner = owners[i].name;
    return owner;
}

/* The chains the packet came through on its way in this table tell as well: Docker sets a policy that names
 * nobody. */
static const char *owner_of(const Fate *fate)
{
    const TraceEvent *last = fate_last(fate);
    const char *owner = obstacle_owner(NULL, last->table, last->chain);

    for (const TraceEvent *event = fate_base(fate); event < last; event++)
        owner = obstacle_owner(owner, event->table, event->chain);
    return owner;
}

/* iptables and ip6tables make these tables, in these families. */
static const char *program_of(const TraceEvent *event)
{
    static const char *const tables[] = {"filter", "mangle", "raw", "nat", "security", NULL};

    if (!g_strv_contains(tables, event->table))
        return "nft";
    return event->family == NFPROTO_IPV4 ? "iptables" : event->family == NFPROTO_IPV6 ? "ip6tables" : "nft";
}

void obstacle_of(const Fate *fate, Obstacle *ret)
{
    const TraceEvent *last = fate_last(fate), *base = fate_base(fate);

    *ret = (Obstacle){
        .program = g_strdup(program_of(last)),
        .family = g_strdup(family_word(last->family)),
        .table = g_utf8_make_valid(last->table, -1),
        .chain = g_utf8_make_valid(last->chain, -1),
        .base = g_utf8_make_valid(base->chain, -1),
        .forward = base->in != 0 && base->out != 0,
        .owner = owner_of(fate),
        .ours = last->family == NFPROTO_INET && g_str_has_prefix(last->table, FIREWALL_TABLE),
    };
    if (last->rule)
        ret->rule = rule_text(ret, last->rule);
}

void obstacle_done(Obstacle *obstacle)
{
    g_free(obstacle->program);
    g_free(obstacle->family);
    g_free(obstacle->table);
    g_free(obstacle->chain);
    g_free(obstacle->rule);
    g_free(obstacle->base);
}

/* ---- words ------------------------------------------------------------------------------------------ */

static bool is_legacy(const Obstacle *obstacle)
{
    return obstacle->family == NULL;
}

char *obstacle_describe(const Obstacle *obstacle)
{
    GString *text = g_string_new(obstacle->ours ? "netns-broker's own " : "");

    if (is_legacy(obstacle))
        g_string_append_printf(text, "%s table %s", obstacle->program, obstacle->table);
    else
        g_string_append_printf(text, "table %s %s", obstacle->family, obstacle->table);
    g_string_append_printf(text, ", chain %s: ", obstacle->chain);
    if (obstacle->rule)
        g_string_append_printf(text, "rule %s", obstacle->rule);
    else
        g_string_append(text, is_legacy(obstacle) ? "policy DROP" : "policy drop");
    if (obstacle->owner)
        g_string_append_printf(text, " (%s)", obstacle->owner);
    return g_string_free(text, FALSE);
}

static char *fill_in(const char *text, const char *end)
{
    g_auto(GStrv) parts = g_strsplit(text, "%s", -1);

    return g_strjoinv(end, parts);
}

static char *owners_advice(const Obstacle *obstacle, const char *end, bool to_host)
{
    bool nft = g_str_equal(obstacle->program, "nft");

    for (size_t i = 0; obstacle->owner && i < G_N_ELEMENTS(owners); i++) {
        const char *text = to_host ? owners[i].to_host : owners[i].through;
        if (!text || !g_str_equal(owners[i].name, obstacle->owner) ||
            (nft && g_str_has_prefix(text, "iptables ")))
            continue;
        g_autofree char *filled = fill_in(text, end), *program = g_strconcat(obstacle->program, " ", NULL);
        g_auto(GStrv) words = g_strsplit(filled, "iptables ", -1);
        return g_strjoinv(program, words);
    }
    return NULL;
}

static char *iptables_advice(const Obstacle *obstacle, const char *end)
{
    bool filter = g_str_equal(obstacle->table, "filter");
    g_autofree char *front = g_strconcat(obstacle->program, filter ? "" : " -t ",
                                         filter ? "" : obstacle->table, " -I ", obstacle->base, NULL);

    if (!obstacle->forward)
        return g_strdup_printf("%s -i %s -j ACCEPT", front, end);
    return g_strdup_printf(
        "%s -i %s -j ACCEPT\n%s -o %s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", front, end,
        front, end);
}

static char *nft_advice(const Obstacle *obstacle, const char *end)
{
    g_autofree char *front =
        g_strdup_printf("nft insert rule %s %s %s", obstacle->family, obstacle->table, obstacle->base);

    if (!obstacle->forward)
        return g_strdup_printf("%s iifname %s accept", front, end);
    return g_strdup_printf("%s iifname %s accept\n%s oifname %s ct state established,related accept", front,
                           end, front, end);
}

static char *our_advice(const Obstacle *obstacle, bool to_host)
{
    if (obstacle->rule && strstr(obstacle->rule, "masquerade"))
        return g_strdup("the interface it leaves by has no address to masquerade with: give it one");
    if (obstacle->rule && strstr(obstacle->rule, "Uplink="))
        return g_strdup(
            "it would leave by another interface than Uplink= allows: netnsctl start finds the way anew");
    if (!to_host && g_str_equal(obstacle->chain, "host"))
        return g_strdup(
            "a rule turns it to the host itself: look for redirect, dnat or tproxy in nft list ruleset");
    return NULL;
}

/* The owner's chains were on the packet's way before the obstacle (owner_of), so what the owner lets pass is
 * not held up by it. */
char *obstacle_advise(const Obstacle *obstacle, const char *end, bool to_host)
{
    char *advice = obstacle->ours ? NULL : owners_advice(obstacle, end, to_host);

    if (obstacle->ours)
        return our_advice(obstacle, to_host);
    if (advice)
        return advice;
    return g_str_equal(obstacle->program, "nft") ? nft_advice(obstacle, end) : iptables_advice(obstacle, end);
}

void obstacle_put(const Obstacle *obstacle, json_t *finding)
{
    json_t *object = json_pack("{s:s, s:s*, s:s, s:s, s:s*, s:s*}", "program", obstacle->program, "family",
                               obstacle->family, "table", obstacle->table, "chain", obstacle->chain, "rule",
                               obstacle->rule, "owner", obstacle->owner);

    if (!obstacle->rule)
        json_object_set_new(object, "policy", json_string("drop"));
    json_object_set_new(finding, "firewall", object);
}
