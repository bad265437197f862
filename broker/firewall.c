/* firewall.c - see firewall.h. Written with nft(8), which every admin can read, and looked at over netlink,
 * which costs nothing. */
#include "firewall.h"

#include "nl.h"
#include "paths.h"
#include "spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What was put in place, as it was: another version's is replaced. */
#define RULESET_FILE RUN_DIR "/ruleset.nft"
/* In the chains below, for a look at whether somebody flushed them; "forward" is the longest. */
#define FORWARD_RULES 4
#define POSTROUTING_RULES 2

/* Everything is about our groups; an accept here does not overrule a drop of another table. Every packet that
 * neither comes from nor goes to a link of ours leaves the chains by their policy. */
static const char *const ruleset =
    "table inet netns-broker\n"
    "delete table inet netns-broker\n"
    "table inet netns-broker {\n"
    "  comment \"netns-broker(8): static, by interface group; put back when missing\"\n"
    "  set guarded { type ifname; comment \"forward only because of namespaces\"; %s }\n"
    "  chain postrouting {\n"
    "    type nat hook postrouting priority srcnat; policy accept;\n"
    "    meta nfproto ipv4 meta iifgroup & 0xffff0001 == 0x6e620001 meta oifgroup & 0xffff0000 != 0x6e620000 "
    "masquerade\n"
    "    meta nfproto ipv6 meta iifgroup & 0xffff0004 == 0x6e620004 meta oifgroup & 0xffff0000 != 0x6e620000 "
    "masquerade\n"
    "  }\n"
    "  chain forward {\n"
    "    type filter hook forward priority filter; policy accept;\n"
    "    meta iifgroup & 0xffff0000 == 0x6e620000 meta oifgroup & 0xffff0000 == 0x6e620000 drop comment "
    "\"namespace to namespace\"\n"
    "    meta nfproto ipv4 meta oifgroup & 0xffff0001 == 0x6e620001 ct state != { established, related } "
    "drop comment \"into a masqueraded one\"\n"
    "    meta nfproto ipv6 meta oifgroup & 0xffff0004 == 0x6e620004 ct state != { established, related } "
    "drop comment \"into a masqueraded one\"\n"
    "    iifname @guarded oifname @guarded drop comment \"the host is no router\"\n"
    "  }\n"
    "  chain input {\n"
    "    type filter hook input priority filter; policy accept;\n"
    "    meta iifgroup & 0xffff0002 == 0x6e620000 jump host\n"
    "  }\n"
    "  chain host {\n"
    "    comment \"HostAccess=no\"\n"
    "    ct state established,related accept\n"
    "    meta l4proto { 1, 58 } accept\n" /* ICMP of both families; by name needs /etc/protocols, which a
                                             small system lacks */
    "    reject with icmpx admin-prohibited\n"
    "  }\n"
    "}\n";

static char *guarded_elements(char *const *guarded)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (char *const *name = guarded; *name; name++)
        g_string_append_printf(text, "%s\"%s\"", text->len ? ", " : "elements = { ", *name);
    if (text->len)
        g_string_append(text, " };");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *ruleset_text(char *const *guarded)
{
    g_autofree char *elements = guarded_elements(guarded);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return g_strdup_printf(ruleset, elements);
#pragma GCC diagnostic pop
}

static bool apply(const char *text, GError **error)
{
    char *const argv[] = {(char *)NFT_PATH, (char *)"-f", (char *)"-", NULL};

    if (!spawn_run(argv, NULL, -1, text, error)) {
        g_prefix_error(error, "cannot put nft table inet " FIREWALL_TABLE " in place: ");
        return false;
    }
    return g_file_set_contents_full(RULESET_FILE, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

bool firewall_ensure(char *const *guarded, GError **error)
{
    g_autofree char *text = ruleset_text(guarded), *present = NULL;
    int forward = nl_nft_rules(FIREWALL_TABLE, "forward", error),
        nat = forward < 0 ? -1 : nl_nft_rules(FIREWALL_TABLE, "postrouting", error);

    if (forward < 0 || nat < 0)
        return false;
    if (forward == FORWARD_RULES && nat == POSTROUTING_RULES &&
        g_file_get_contents(RULESET_FILE, &present, NULL, NULL) && g_str_equal(present, text))
        return true;
    return apply(text, error);
}

bool firewall_remove(GError **error)
{
    char *const argv[] = {(char *)NFT_PATH, (char *)"-f", (char *)"-", NULL};

    /* without a table of ours, there is nothing to run nft for */
    if (unlink(RULESET_FILE) < 0 && errno == ENOENT && nl_nft_rules(FIREWALL_TABLE, "forward", NULL) == 0)
        return true;
    /* named first, so that it is there to be deleted: another program may have */
    return spawn_run(argv, NULL, -1, "table inet " FIREWALL_TABLE "\ndelete table inet " FIREWALL_TABLE "\n",
                     error);
}
