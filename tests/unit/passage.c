/* passage.c - where rules of ours are put into other programs' chains, for texts as these programs print
 * them. */
#include "filter-nft.h"
#include "filter-xtables.h"
#include "passage-plan.h"

#include <linux/netfilter.h>

/* "INDEX COMMENT, …" of what is wanted, with "in place" where it is there; "nothing". */
static char *planned(const FilterTable *table, const char *chain)
{
    g_autoptr(PassagePlan) plan = passage_plan_new(table, filter_chain_get(table, chain));
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < plan->rules->len; i++) {
        const PassageRule *rule = plan->rules->pdata[i];
        g_assert_true(g_str_has_prefix(rule->comment, FILTER_OURS));
        g_string_append_printf(text, "%s%u %s", i ? ", " : "", rule->at, rule->comment + strlen(FILTER_OURS));
    }
    if (plan->rules->len == 0)
        g_string_append(text, "nothing");
    else if (plan->in_place)
        g_string_append(text, ": in place");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void iptables_chain(const char *family, const char *chain, const char *text, const char *want)
{
    g_autoptr(FilterTable) table = filter_table_new(FILTER_IPTABLES_NFT, family, "filter");
    filter_xtables_read(table, text);
    g_autofree char *is = planned(table, chain);
    g_assert_cmpstr(is, ==, want);
}

static void iptables(const char *text, const char *want)
{
    iptables_chain("ip", "FORWARD", text, want);
}

/* @rules: the "expr" of each rule of chain c; @rest: more objects, each with a comma in front. */
static void nft_with(const char *hook, const char *policy, const char *const *rules, const char *rest,
                     const char *want)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_string_printf(
        text,
        "{\"nftables\": [{\"metainfo\": {}}, {\"table\": {\"family\": \"inet\", \"name\": \"t\"}},"
        "{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"type\": "
        "\"filter\", \"hook\": \"%s\", \"prio\": 0, \"policy\": \"%s\"}}",
        hook, policy);
    for (int i = 0; rules[i]; i++)
        g_string_append_printf(text,
                               ",{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", "
                               "\"handle\": %d, \"expr\": [%s]}}",
                               i + 10, rules[i]);
    g_string_append_printf(text, "%s]}", rest);
    json_t *listed = json_loads(text->str, 0, NULL);
    g_assert_nonnull(listed);
    g_autoptr(GPtrArray) tables = filter_nft_read(listed, "netns-broker", &error);
    json_decref(listed);
    g_assert_no_error(error);
    g_assert_cmpuint(tables->len, ==, 1);
    g_autofree char *is = planned(tables->pdata[0], "c");
    g_assert_cmpstr(is, ==, want);
}

static void nft(const char *policy, const char *const *rules, const char *want)
{
    nft_with("forward", policy, rules, "", want);
}

#define RULES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define MATCH(OP, LEFT, RIGHT) "{\"match\": {\"op\": \"" OP "\", \"left\": " LEFT ", \"right\": " RIGHT "}}"
#define META(KEY) "{\"meta\": {\"key\": \"" KEY "\"}}"
#define STATE "{\"ct\": {\"key\": \"state\"}}"
#define SADDR "{\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}"
#define DROP "{\"drop\": null}"
#define ACCEPT "{\"accept\": null}"
#define REJECT "{\"reject\": {\"type\": \"icmpx\", \"expr\": \"admin-prohibited\"}}"
#define ALL_AT(N) #N " from namespaces, " #N " answers to namespaces, " #N " published ports"

static void policy_accept(void)
{
    iptables("-P FORWARD ACCEPT\n", "nothing");
    iptables(
        "-P FORWARD ACCEPT\n-A FORWARD -s 10.0.0.0/8 -j DROP\n-A FORWARD -p tcp -m tcp --dport 25 -j REJECT "
        "--reject-with icmp-port-unreachable\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\n",
        "nothing");
    nft("accept",
        RULES(MATCH("==", SADDR, "\"10.0.0.1\"") "," DROP, MATCH("==", SADDR, "\"@block\"") "," DROP,
              MATCH("in", STATE, "\"invalid\"") "," DROP),
        "nothing");
}

static void policy_drop(void)
{
    iptables("-P FORWARD DROP\n", ALL_AT(0));
    iptables("-P FORWARD DROP\n-A FORWARD -d 10.0.0.0/8 -j DROP\n", ALL_AT(1));
    nft("drop", RULES(MATCH("==", SADDR, "\"10.0.0.1\"") "," DROP), ALL_AT(1));
    /* what is let through already needs nothing */
    iptables("-P FORWARD DROP\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT\n",
             "1 from namespaces");
    iptables("-P FORWARD DROP\n-A FORWARD -j ACCEPT\n", "nothing");
    nft("drop",
        RULES(MATCH("==", META("iifname"), "\"vn-*\"") "," ACCEPT,
              MATCH("==", META("oifname"), "\"vn-*\"") "," ACCEPT),
        "nothing");
}

static void last_rule(void)
{
    iptables("-P FORWARD ACCEPT\n-A FORWARD -i lan0 -j ACCEPT\n-A FORWARD -j REJECT\n", ALL_AT(1));
    nft("accept", RULES(MATCH("==", META("iifname"), "\"lan0\"") "," ACCEPT, "{\"counter\": {}}," REJECT),
        ALL_AT(1));
    nft("accept",
        RULES(MATCH("==", META("l4proto"), "\"tcp\"") ",{\"reject\": {\"type\": \"tcp reset\"}}", REJECT),
        ALL_AT(0));
    nft("accept", RULES(MATCH("in", STATE, "[\"new\", \"untracked\"]") "," DROP),
        "0 from namespaces, 0 published ports");
    nft("accept", RULES(MATCH("!=", STATE, "{\"set\": [\"established\", \"related\"]}") "," DROP),
        "0 from namespaces, 0 published ports");
    /* by what it is not */
    iptables("-P FORWARD ACCEPT\n-A FORWARD ! -s 10.0.0.0/8 -j DROP\n", ALL_AT(0));
    nft("accept", RULES(MATCH("!=", META("iifname"), "{\"set\": [\"a\", \"b\"]}") "," DROP),
        "0 from namespaces, 0 answers to namespaces, 0 published ports");
}

static void interfaces(void)
{
    /* from the uplink: answers alone are in question; to it: an admin's kill switch stays one */
    iptables("-P FORWARD ACCEPT\n-A FORWARD -i eth0 -j DROP\n", "0 answers to namespaces, 0 published ports");
    iptables("-P FORWARD ACCEPT\n-A FORWARD -o eth0 -j DROP\n", "nothing");
    iptables("-P FORWARD ACCEPT\n-A FORWARD ! -o tun0 -j DROP\n",
             "0 answers to namespaces, 0 published ports");
    iptables("-P FORWARD ACCEPT\n-A FORWARD -o virbr0 -j REJECT\n-A FORWARD -i lo -j DROP\n", "nothing");
    /* one namespace is somebody's decision */
    iptables("-P FORWARD ACCEPT\n-A FORWARD -i vn-guest0 -j DROP\n", "nothing");
    iptables("-P FORWARD ACCEPT\n-A FORWARD -i vn-+ -j DROP\n", "0 from namespaces");
    nft("accept",
        RULES(MATCH("==", META("iifgroup"), "{\"prefix\": {\"addr\": 1851916288, \"len\": 16}}") "," DROP),
        "0 from namespaces");
    nft("accept", RULES(MATCH("==", "{\"&\": [" META("iifgroup") ", 4294901760]}", "1851916288") "," DROP),
        "0 from namespaces");
    nft("accept",
        RULES(MATCH("==", META("iifgroup"), "7") "," DROP, MATCH("==", META("oifgroup"), "7") "," DROP),
        "nothing");
    nft("accept", RULES(MATCH("!=", META("iifgroup"), "7") "," DROP), ALL_AT(0));
}

static void jumps(void)
{
    iptables("-P FORWARD ACCEPT\n-N a\n-N b\n-A FORWARD -j a\n-A FORWARD -j b\n-A a -s 1.2.3.4/32 -j "
             "DROP\n-A b -j "
             "a\n-A b -j DROP\n",
             ALL_AT(1));
    /* what comes back from a chain goes on behind it */
    iptables("-P FORWARD ACCEPT\n-N a\n-A FORWARD -j a\n-A a -j RETURN\n-A a -j DROP\n", "nothing");
    /* what does not come back must be let through before */
    iptables("-P FORWARD DROP\n-N a\n-A FORWARD -g a\n-A FORWARD -j ACCEPT\n", ALL_AT(0));
    iptables("-P FORWARD ACCEPT\n-N a\n-A FORWARD -p tcp -m tcp --dport 22 -j a\n-A a -j DROP\n", "nothing");
    /* targets that are no chains */
    iptables("-P FORWARD ACCEPT\n-A FORWARD -j MARK --set-xmark 0x1/0xffffffff\n-A FORWARD -p tcp -m tcp "
             "--tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n",
             "nothing");
}

static void maps(void)
{
    nft("drop",
        RULES("{\"vmap\": {\"key\": " STATE ", \"data\": {\"set\": [[\"invalid\", " DROP
              "], [\"established\", " ACCEPT "], [\"related\", " ACCEPT "]]}}}"),
        "4 from namespaces, 4 answers to namespaces, 4 published ports");
    nft("accept",
        RULES("{\"vmap\": {\"key\": {\"concat\": [" META("iifname") ", " META(
            "oifname") "]}, \"data\": {\"set\": [[{\"concat\": [\"a\", \"b\"]}, " DROP "]]}}}"),
        "nothing");
    nft("accept", RULES("{\"vmap\": {\"key\": " META("oifname") ", \"data\": \"@bridges\"}}"), "nothing");
    nft("accept", RULES("{\"vmap\": {\"key\": " STATE ", \"data\": {\"set\": [[\"new\", " DROP "]]}}}"),
        "1 from namespaces, 1 published ports");
}

static void logs(void)
{
    /* what is logged as dropped is not to be logged when it is not */
    iptables("-P FORWARD DROP\n-N ufw-log\n-N ufw-empty\n-A FORWARD -s 1.2.3.4/32 -j DROP\n-A FORWARD -j "
             "ufw-empty\n"
             "-A FORWARD -j ufw-log\n-A FORWARD -j ufw-empty\n-A ufw-log -m limit --limit 3/min -j LOG "
             "--log-prefix "
             "\"[UFW BLOCK] \"\n",
             ALL_AT(2));
    nft("accept",
        RULES("{\"log\": {\"prefix\": \"x\"}}", "{\"log\": null},{\"limit\": {\"rate\": 3}}," DROP, DROP),
        ALL_AT(0));
    /* a count of all that is forwarded stays one */
    nft("accept", RULES("{\"counter\": {}}", DROP), ALL_AT(1));
}

static const char docker[] = "-P FORWARD DROP\n-N DOCKER\n-N DOCKER-USER\n-A FORWARD -j DOCKER-USER\n"
                             "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
                             "-A FORWARD -o docker0 -j DOCKER\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n"
                             "-A FORWARD -i docker0 -o docker0 -j ACCEPT\n-A DOCKER-USER -j RETURN\n";

static void containers(void)
{
    iptables(docker, "5 not into docker0, " ALL_AT(5));
}

#define OURS_CONTAINERS                                                                                      \
    "-A FORWARD -o docker0 -m comment --comment \"netns-broker: not into docker0\" -j RETURN\n"
#define OURS_FROM                                                                                            \
    "-A FORWARD -m comment --comment \"netns-broker: from namespaces\" -m devgroup --src-group "             \
    "0x6e620000/0xffff0000 -j ACCEPT\n"
#define OURS_ANSWERS "-A FORWARD -m comment --comment \"netns-broker: answers to namespaces\" -j ACCEPT\n"
#define OURS_PORTS "-A FORWARD -m comment --comment \"netns-broker: published ports\" -j ACCEPT\n"

static void there_already(void)
{
    g_autofree char *all = g_strconcat(docker, OURS_CONTAINERS OURS_FROM OURS_ANSWERS OURS_PORTS, NULL);
    g_autofree char *later = g_strconcat("-P FORWARD DROP\n" OURS_FROM OURS_ANSWERS OURS_PORTS, docker, NULL);
    g_autofree char *bridge = g_strconcat(all, "-A FORWARD -o br-1 -j DOCKER\n", NULL);

    iptables(all, "9 not into docker0, " ALL_AT(9) ": in place");
    /* others' rules behind ours */
    iptables(later, "8 not into docker0, " ALL_AT(8));
    iptables("-P FORWARD DROP\n" OURS_FROM OURS_ANSWERS OURS_PORTS "-A FORWARD -s 1.2.3.4/32 -j DROP\n",
             ALL_AT(4) ": in place");
    /* another bridge; a drop before ours; one too few; one twice */
    iptables(bridge, "10 not into br-1, 10 not into docker0, " ALL_AT(10));
    iptables("-P FORWARD DROP\n-A FORWARD -j REJECT\n" OURS_FROM OURS_ANSWERS OURS_PORTS, ALL_AT(0));
    iptables("-P FORWARD DROP\n" OURS_FROM OURS_PORTS, ALL_AT(2));
    iptables("-P FORWARD DROP\n" OURS_FROM OURS_FROM OURS_ANSWERS OURS_PORTS, ALL_AT(4));
}

static void no_more_needed(void)
{
    g_autoptr(FilterTable) table = filter_table_new(FILTER_IPTABLES_NFT, "ip", "filter");
    filter_xtables_read(table, "-P FORWARD ACCEPT\n" OURS_FROM);
    g_autoptr(PassagePlan) plan = passage_plan_new(table, filter_chain_get(table, "FORWARD"));

    g_assert_cmpuint(plan->rules->len, ==, 0);
    g_assert_false(plan->in_place); /* ours is to go */
}

static void neighbours(void)
{
    static const char ufw6[] =
        "-P INPUT DROP\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
        "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-eq 255 -j ACCEPT\n"
        "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl --hl-eq 255 -j ACCEPT\n";

    iptables_chain("ip6", "INPUT", ufw6, "3 HostAccess=yes");
    iptables_chain("ip6", "INPUT", "-P INPUT DROP\n-A INPUT -i eth0 -p ipv6-icmp -j ACCEPT\n",
                   "1 HostAccess=yes, 1 answers from namespaces, 1 neighbour solicitation, 1 neighbour "
                   "advertisement");
    iptables_chain("ip", "INPUT", "-P INPUT DROP\n", "0 HostAccess=yes, 0 answers from namespaces");
    nft_with("input", "drop",
             RULES(MATCH("==", META("l4proto"), "{\"set\": [\"icmp\", \"ipv6-icmp\"]}") "," ACCEPT,
                   MATCH("in", STATE, "[\"established\", \"related\"]") "," ACCEPT),
             "", "2 HostAccess=yes");
    nft_with("output", "drop", RULES(MATCH("==", META("oifname"), "\"eth0\"") "," ACCEPT), "",
             "1 answers to namespaces, 1 neighbour solicitation, 1 neighbour advertisement");
}

static void named_ways_out(void)
{
    g_autoptr(FilterTable) table = filter_table_new(FILTER_IPTABLES_NFT, "ip", "filter");
    filter_xtables_read(table,
                        "-P FORWARD ACCEPT\n-A FORWARD -o eth0 -j DROP\n-A FORWARD -o eth0 -p tcp -m tcp "
                        "--dport 25 -j DROP\n-A FORWARD -i lan0 -o eth0 -j DROP\n-A FORWARD ! -o tun+ -j "
                        "REJECT\n");
    g_autoptr(PassagePlan) plan = passage_plan_new(table, filter_chain_get(table, "FORWARD"));

    g_assert_cmpuint(plan->named->len, ==, 2);
    g_assert_cmpstr(((FilterRule *)plan->named->pdata[0])->text, ==, "-o eth0 -j DROP");
    g_assert_cmpstr(((FilterRule *)plan->named->pdata[1])->text, ==, "! -o tun+ -j REJECT");
}

static void not_a_list(void)
{
    g_autoptr(GError) error = NULL;
    json_t *listed = json_loads("[1, 2]", 0, NULL);

    g_assert_null(filter_nft_read(listed, "", &error));
    g_assert_nonnull(error);
    json_decref(listed);
    /* iptables' own words in between, a line cut off */
    iptables(
        "# Warning: iptables-legacy tables present\nx\n-P FORWARD DROP\n-A\n-A FORWARD -m comment --comment "
        "\"unfinished\n-A FORWARD -j\n",
        ALL_AT(1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/passage/what is let through or dropped in particular needs nothing", policy_accept);
    g_test_add_func("/passage/a policy of drop is passed at the end", policy_drop);
    g_test_add_func("/passage/a rule that drops in general is passed before it", last_rule);
    g_test_add_func("/passage/named interfaces: a way in is passed, a way out and one namespace are not",
                    interfaces);
    g_test_add_func("/passage/jump, goto and return are followed", jumps);
    g_test_add_func("/passage/verdict maps are looked into by their keys", maps);
    g_test_add_func("/passage/what only logs before a drop stays behind", logs);
    g_test_add_func("/passage/Docker's containers stay closed", containers);
    g_test_add_func("/passage/rules of ours in place are known, others are replaced", there_already);
    g_test_add_func("/passage/rules of ours that nothing needs go", no_more_needed);
    g_test_add_func("/passage/neighbour discovery passes a firewall that takes it from named interfaces",
                    neighbours);
    g_test_add_func("/passage/a rule that drops by its way out is told", named_ways_out);
    g_test_add_func("/passage/odd text is no crash", not_a_list);
    return g_test_run();
}
