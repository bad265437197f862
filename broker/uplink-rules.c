/* uplink-rules.c - see uplink-rules.h.
 *
 * A rule that is added without a priority gets the one before the second rule of all (fib_default_rule_pref
 * in net/core/fib_rules.c). wg-quick and Mullvad add theirs so, and when ours are there already, theirs come
 * to stand right in front of them: everything, our packets too, by the tunnel. So ours are set again in front
 * of whatever stands there, and go back to where they were when it has gone. */
#include "uplink-rules.h"

#include "attr.h"
#include "ip.h"
#include "uplink-table.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

typedef struct Present {
    const UplinkRules *rules;
    uint32_t first;  /* the least priority of others', but for local's 0 */
    GPtrArray *ours; /* struct nlmsghdr *, copies of those of the same link */
} Present;

/* The end has no table: it is told by the protocol number (uplink-table.c), which no rule of that action has.
 */
static bool is_end(const struct fib_rule_hdr *header, const Attributes *a)
{
    const uint8_t *protocol = attr_bytes(a, FRA_PROTOCOL, 1);

    return header->action == FR_ACT_UNREACHABLE && protocol && *protocol == RTPROT_KERNEL;
}

bool uplink_rules_is_ours(const struct nlmsghdr *rule)
{
    const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(rule);
    Attributes a = attr_read(rule, sizeof *header);

    return is_end(header, &a) || uplink_table_is_ours(attr_u32(&a, FRA_TABLE, header->table));
}

bool uplink_rules_is_of(const struct nlmsghdr *rule, uint32_t table, const char *incoming)
{
    const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(rule);
    Attributes a = attr_read(rule, sizeof *header);

    return is_end(header, &a) ? g_strcmp0(attr_string(&a, FRA_IIFNAME), incoming) == 0
                              : attr_u32(&a, FRA_TABLE, header->table) == table;
}

static uint32_t priority_of(const struct nlmsghdr *rule)
{
    Attributes a = attr_read(rule, sizeof(struct fib_rule_hdr));

    return attr_u32(&a, FRA_PRIORITY, 0);
}

static bool take_rule(const struct nlmsghdr *message, void *user)
{
    Present *present = user;
    uint32_t priority = priority_of(message);

    if (uplink_rules_is_of(message, present->rules->table, present->rules->incoming))
        g_ptr_array_add(present->ours, g_memdup2(message, message->nlmsg_len));
    else if (priority > 0 && !uplink_rules_is_ours(message))
        present->first = MIN(present->first, priority);
    return true;
}

static struct nlmsghdr *queue_rule(Nl *host, int family, uint32_t priority, const struct fib_rule_hdr *rule)
{
    struct fib_rule_hdr header = *rule;
    struct nlmsghdr *h;

    header.family = (uint8_t)family;
    h = nl_add(host, g_strdup_printf("cannot set the rule of priority %u", priority), RTM_NEWRULE,
               NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
    nl_tolerate(host, EEXIST);
    nl_tolerate(host, EAFNOSUPPORT);
    nl_tolerate(host, EOPNOTSUPP);
    mnl_attr_put_u32(h, FRA_PRIORITY, priority);
    mnl_attr_put_u8(h, FRA_PROTOCOL, RTPROT_KERNEL);
    return h;
}

static void queue_to(Nl *host, uint32_t priority, uint32_t table, const IpPrefix *to)
{
    const struct fib_rule_hdr lookup = {.dst_len = to->length, .action = FR_ACT_TO_TBL};
    IpPrefix network = ip_prefix_network(to);
    struct nlmsghdr *h = queue_rule(host, to->address.family, priority, &lookup);

    mnl_attr_put(h, FRA_DST, ip_address_bits(to->address.family) / 8, network.address.bytes);
    mnl_attr_put_u32(h, FRA_TABLE, table);
}

/* @shift: how far in front of their usual places. The end stands first: at no time is there a way past it. */
static void queue_rules(Nl *host, int family, const UplinkRules *rules, uint32_t shift)
{
    static const struct fib_rule_hdr end = {.action = FR_ACT_UNREACHABLE}, lookup = {.action = FR_ACT_TO_TBL};
    struct nlmsghdr *h;

    mnl_attr_put_strz(queue_rule(host, family, UPLINK_RULE_END - shift, &end), FRA_IIFNAME, rules->incoming);
    h = queue_rule(host, family, UPLINK_RULE_FROM - shift, &lookup);
    mnl_attr_put_strz(h, FRA_IIFNAME, rules->incoming);
    mnl_attr_put_u32(h, FRA_TABLE, rules->table);
    for (guint i = 0; rules->to && i < rules->to->len; i++) {
        const IpPrefix *prefix = rules->to->pdata[i];
        if (prefix->address.family == family)
            queue_to(host, UPLINK_RULE_TO - shift, rules->table, prefix);
    }
}

/* Those in their new places are there before the old ones go. */
static void queue_removal(Nl *host, const GPtrArray *ours, uint32_t shift)
{
    for (guint i = 0; i < ours->len; i++) {
        const struct nlmsghdr *rule = ours->pdata[i];
        uint32_t priority = priority_of(rule) + shift;
        if (priority >= UPLINK_RULE_TO && priority <= UPLINK_RULE_END)
            continue;
        nl_add(host, NULL, RTM_DELRULE, 0, mnl_nlmsg_get_payload(rule), mnl_nlmsg_get_payload_len(rule));
        nl_tolerate(host, ENOENT);
    }
}

/* Where there is no room left in front of the others ours stand behind, and the firewall drops what they send
 * elsewhere. */
static uint32_t shift_before(uint32_t first)
{
    return first > UPLINK_RULE_END ? 0 : MIN(UPLINK_RULE_END + 1 - first, UPLINK_RULE_TO - 1);
}

bool uplink_rules_set(Nl *host, int family, const UplinkRules *rules, GError **error)
{
    Present present = {rules, UINT32_MAX, g_ptr_array_new_with_free_func(g_free)};
    bool fine = nl_dump(host, RTM_GETRULE, (uint8_t)family, take_rule, &present, error);
    uint32_t shift = shift_before(present.first);

    if (fine) {
        queue_rules(host, family, rules, shift);
        fine = nl_run(host, error);
    }
    if (fine) {
        queue_removal(host, present.ours, shift);
        fine = nl_run(host, error);
    }
    g_ptr_array_unref(present.ours);
    return fine;
}
