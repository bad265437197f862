/* passage-report.c - see passage-report.h. */
#include "passage-report.h"

#include "filters.h"
#include "network.h"
#include "passage-plan.h"

#include <linux/netfilter.h>
#include <string.h>

/* --- who it is ---------------------------------------------------------------------------------------- */

/* Names by which other programs' tables and chains are known. */
static const struct {
    const char *begins, *program;
} tables[] =
    {
        {"firewalld", "firewalld"}, {"docker", "docker"},   {"libvirt", "libvirt"},
        {"mullvad", "mullvad"},     {"netavark", "podman"}, {"nm-", "NetworkManager"},
},
  chains[] = {
      {"ufw", "ufw"},        {"DOCKER", "docker"}, {"LIBVIRT", "libvirt"},
      {"FWD_", "firewalld"}, {"IN_", "firewalld"}, {"FORWARD_direct", "firewalld"},
};

static const char *program_of_chain(const char *name)
{
    for (size_t i = 0; name && i < G_N_ELEMENTS(chains); i++)
        if (g_str_has_prefix(name, chains[i].begins))
            return chains[i].program;
    return NULL;
}

/* NULL: an admin's own, for all that is known. A policy is that of whoever has chains in the table. */
static const char *program_of(const PassageObstacle *obstacle)
{
    const FilterTable *table = obstacle->table;
    const char *program = program_of_chain(obstacle->chain ? obstacle->chain->name : NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        if (g_str_has_prefix(table->name, tables[i].begins))
            return tables[i].program;
    for (guint i = 0; !program && i < table->order->len; i++)
        program = program_of_chain(((const FilterChain *)table->order->pdata[i])->name);
    return program;
}

/* --- what it is --------------------------------------------------------------------------------------- */

static const char *hook_name(int hook)
{
    return hook == NF_INET_FORWARD ? "forward" : hook == NF_INET_LOCAL_IN ? "input" : "output";
}

static char *tool_of(const FilterTable *table)
{
    g_autofree char *path = table->tool == FILTER_NFT ? g_strdup("nft") : filters_iptables(table, "");

    return g_path_get_basename(path);
}

static void add(json_t *list, const PassageObstacle *obstacle, const char *why)
{
    g_autofree char *tool = tool_of(obstacle->table);
    g_autofree char *rule =
        obstacle->rule ? filters_rule_text(obstacle->table, obstacle->chain, obstacle->rule) : NULL;
    const char *in = obstacle->chain && obstacle->chain != obstacle->base ? obstacle->chain->name : NULL;

    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s, s:s*, s:s*}", "family",
                                          obstacle->table->family, "table", obstacle->table->name, "chain",
                                          obstacle->base->name, "hook", hook_name(obstacle->base->hook),
                                          "policy", rule ? NULL : "drop", "rule", rule, "in", in, "tool",
                                          tool, "program", program_of(obstacle), "why", why));
}

/* --- ways out that a rule names ------------------------------------------------------------------------ */

static bool names(const FilterCondition *condition, const char *interface)
{
    for (char **word = condition->words; *word; word++) {
        size_t length = strlen(*word);
        bool wildcard = length > 0 && (*word)[length - 1] == '*';
        if (wildcard ? strncmp(*word, interface, length - 1) == 0 : g_str_equal(*word, interface))
            return true;
    }
    return false;
}

static bool drops_by(const FilterRule *rule, const char *interface)
{
    for (guint i = 0; i < rule->conditions->len; i++) {
        const FilterCondition *condition = rule->conditions->pdata[i];
        if (condition->subject == FILTER_OIF && names(condition, interface) == condition->negated)
            return false;
    }
    return true;
}

/* A default route, or the halves of one as VPNs have them. */
static bool drops_a_way_out(const FilterRule *rule, const Network *network)
{
    for (guint i = 0; i < network->routes->len; i++) {
        const HostRoute *route = &g_array_index(network->routes, HostRoute, i);
        const Interface *interface = network_interface(network, route->index);
        if (route->destination.length <= 1 && interface && drops_by(rule, interface->name))
            return true;
    }
    return false;
}

static bool any_named(const GPtrArray *plans)
{
    for (guint i = 0; i < plans->len; i++)
        if (((const PassagePlan *)plans->pdata[i])->named->len > 0)
            return true;
    return false;
}

static void add_named(json_t *list, const GPtrArray *plans, const Network *network)
{
    for (guint i = 0; i < plans->len; i++) {
        const PassagePlan *plan = plans->pdata[i];
        for (guint r = 0; r < plan->named->len; r++) {
            PassageObstacle obstacle = {plan->table, plan->chain, plan->chain, plan->named->pdata[r]};
            if (drops_a_way_out(obstacle.rule, network))
                add(list, &obstacle, "it names a way out");
        }
    }
}

json_t *passage_report(const GPtrArray *plans, GError **error)
{
    json_t *list = json_array();

    for (guint i = 0; i < plans->len; i++) {
        const PassagePlan *plan = plans->pdata[i];
        const char *why = plan->failed ? plan->failed : plan->chain->fixed;
        if (plan->stopped && why)
            add(list, &plan->stop, why);
    }
    if (any_named(plans)) {
        g_autoptr(Nl) host = nl_open(error);
        g_autoptr(Network) network = host ? network_read(host, error) : NULL;
        if (!network) {
            json_decref(list);
            return NULL;
        }
        add_named(list, plans, network);
    }
    return list;
}
