/* ports.c - see ports.h. */
#include "ports.h"

#include "conntrack.h"
#include "firewall.h"
#include "ip.h"
#include "link.h"
#include "listener.h"
#include "port.h"
#include "record.h"
#include "route.h"
#include "sysctl.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

static const int families[] = {AF_INET, AF_INET6};

static bool fail(const PortConf *port, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool fail(const PortConf *port, GError **error, const char *format, ...)
{
    g_autofree char *cite = conf_cite(port->lines, "Listen");
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", cite, what);
    return false;
}

/* ---- whether they are free */

static bool described(const json_t *entry, PortListen *ret)
{
    const char *listen = json_string_value(json_object_get(entry, "listen"));

    ret->protocols = port_protocols_find(json_string_value(json_object_get(entry, "protocol")));
    return ret->protocols && listen && port_listen_parse(listen, ret, NULL);
}

static bool is_free_of(const Conf *conf, const char *other, GError **error)
{
    g_autoptr(Record) record = record_load(other, NULL);
    size_t i;
    json_t *entry;

    json_array_foreach(record ? json_object_get(record->detail, "ports") : NULL, i, entry)
    {
        PortListen taken = {0};
        for (guint j = 0; described(entry, &taken) && j < conf->ports->len; j++) {
            const PortConf *port = conf->ports->pdata[j];
            if (port_listen_overlap(&port->listen, &taken))
                return fail(port, error, "namespace %s has it, as its [Port %s]", other,
                            json_string_value(json_object_get(entry, "name")));
        }
    }
    return true;
}

static bool is_free_of_others(const Conf *conf, GError **error)
{
    g_auto(GStrv) names = firewall_wanting("ports");

    for (char **name = names; *name; name++)
        if (!g_str_equal(*name, conf->name) && !is_free_of(conf, *name, error))
            return false;
    return true;
}

bool ports_check(const Conf *conf, GError **error)
{
    for (guint i = 0; i < conf->ports->len; i++) {
        const PortConf *port = conf->ports->pdata[i];
        g_autofree char *listener = listener_find(&port->listen);
        if (listener)
            return fail(port, error, "the host listens there itself (%s)", listener);
    }
    return conf->ports->len == 0 || is_free_of_others(conf, error);
}

/* ---- where they lead */

static const json_t *link_of(const json_t *detail, const PortConf *port)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(detail, "links"), i,
                       link) if (g_strcmp0(json_string_value(json_object_get(link, "label")), port->link) ==
                                 0) return link;
    return NULL;
}

/* The inner address of a family; false: there is none, or it is not to be had by it. */
static bool target_of(const json_t *detail, const PortConf *port, int family, IpAddress *ret)
{
    size_t i;
    json_t *text;
    Families wanted = family == AF_INET ? FAMILIES_IPV4 : FAMILIES_IPV6;

    if (!(port_listen_families(&port->listen) & wanted))
        return false;
    json_array_foreach(json_object_get(link_of(detail, port), "addresses"), i, text)
    {
        IpPrefix prefix;
        if (json_is_string(text) && ip_prefix_parse(json_string_value(text), &prefix, NULL) &&
            prefix.address.family == family &&
            !(family == AF_INET6 && ip_address_is_link_local(&prefix.address))) {
            *ret = prefix.address;
            return true;
        }
    }
    return false;
}

static json_t *describe(const PortConf *port, const json_t *detail)
{
    g_autofree char *listen = port_listen_format(&port->listen);
    json_t *to = json_array();

    for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
        PortListen target = {.range = port->to};
        if (target_of(detail, port, families[f], &target.address)) {
            g_autofree char *text = port_listen_format(&target);
            json_array_append_new(to, json_string(text));
        }
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "name", port->label, "protocol",
                     port_protocols_name(port->listen.protocols), "listen", listen, "to", to);
}

void ports_describe(const Conf *conf, json_t *detail)
{
    json_t *list = json_array();

    for (guint i = 0; i < conf->ports->len; i++)
        json_array_append_new(list, describe(conf->ports->pdata[i], detail));
    if (conf->ports->len > 0)
        json_object_set(detail, "ports", list);
    json_decref(list);
}

/* Each address in "to" of each entry. */
static GArray *targets_of(const json_t *detail)
{
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(PortListen));
    size_t i, j;
    json_t *entry, *text;

    json_array_foreach(json_object_get(detail, "ports"), i, entry)
    {
        json_array_foreach(json_object_get(entry, "to"), j, text)
        {
            PortListen target = {0};
            if (json_is_string(text) && port_listen_parse(json_string_value(text), &target, NULL))
                g_array_append_val(targets, target);
        }
    }
    return targets;
}

Families ports_families(const json_t *detail)
{
    g_autoptr(GArray) targets = targets_of(detail);
    Families found = FAMILIES_NONE;

    for (guint i = 0; i < targets->len; i++)
        found |= port_listen_families(&g_array_index(targets, PortListen, i));
    return found;
}

/* ---- the firewall's maps */

static void append_element(GString *text, const char *key, const char *protocol, const PortConf *port,
                           const char *target)
{
    g_autofree char *range = port_range_format(&port->listen.range);

    if (port->to.first == port->listen.range.first) {
        g_string_append_printf(text, "%s%s . %s . %s : %s", text->len ? ", " : "", key, protocol, range,
                               target);
        return;
    }
    for (unsigned i = 0; i < port_range_size(&port->to); i++)
        g_string_append_printf(text, "%s%s . %s . %u : %s . %u", text->len ? ", " : "", key, protocol,
                               port->listen.range.first + i, target, port->to.first + i);
}

static void append_port(GString *text, const PortConf *port, int family, const IpAddress *target)
{
    static const char *const protocols[] = {"tcp", "udp"};
    bool any = port->listen.address.family == AF_UNSPEC || ip_address_is_unspecified(&port->listen.address);
    g_autofree char *address = ip_address_format(&port->listen.address), *to = ip_address_format(target);
    g_autoptr(GString) elements = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
        if (port->listen.protocols & (1u << i))
            append_element(elements,
                           !any                ? address
                           : family == AF_INET ? "0.0.0.0/0"
                                               : "::/0",
                           protocols[i], port, to);
    g_string_append_printf(text, "add element inet " FIREWALL_TABLE " %s%c { %s }\n",
                           port->to.first == port->listen.range.first ? "ranges" : "ports",
                           family == AF_INET ? '4' : '6', elements->str);
}

bool ports_want(const Conf *conf, const json_t *detail, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (conf->ports->len == 0)
        return firewall_want(conf->name, "ports", NULL, error);
    if (!is_free_of_others(conf, error))
        return false;
    for (guint i = 0; i < conf->ports->len; i++)
        for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
            IpAddress target;
            if (target_of(detail, conf->ports->pdata[i], families[f], &target))
                append_port(text, conf->ports->pdata[i], families[f], &target);
        }
    return firewall_want(conf->name, "ports", text->str, error);
}

/* ---- the host's end, and its loopback */

static bool set_end(const char *family, const char *host_name, const char *key, const char *value,
                    GError **error)
{
    g_autofree char *path = g_strconcat("net/", family, "/conf/", host_name, "/", key, NULL);

    return sysctl_write(path, value, error);
}

static bool is_of_loopback(const PortConf *port, int family)
{
    const IpAddress *address = &port->listen.address;

    return address->family == AF_UNSPEC ||
           (address->family == family &&
            (ip_address_is_unspecified(address) || ip_address_is_loopback(address)));
}

/* Answers to ::1 come in by this end, and the kernel takes them only where a route says that it is to be had
 * there (net/ipv6/route.c, rt6_need_strict). What has ::1 on the wire it drops before all that (ip6_input.c,
 * ip6_rcv_core), so nobody inside gets there. */
static void queue_loopback(Nl *host, unsigned index)
{
    struct rtmsg route = {.rtm_family = AF_INET6,
                          .rtm_dst_len = 128,
                          .rtm_protocol = ROUTE_PROTOCOL,
                          .rtm_table = RT_TABLE_LOCAL,
                          .rtm_type = RTN_LOCAL,
                          .rtm_scope = RT_SCOPE_UNIVERSE};
    struct nlmsghdr *h = nl_add(host, g_strdup("cannot lead answers to ::1"), RTM_NEWROUTE,
                                NLM_F_CREATE | NLM_F_REPLACE, &route, sizeof route);

    mnl_attr_put(h, RTA_DST, sizeof in6addr_loopback, &in6addr_loopback);
    mnl_attr_put_u32(h, RTA_OIF, index);
    mnl_attr_put_u32(h, RTA_PRIORITY, 4096 + index); /* behind lo's own, and one for each end */
    nl_tolerate(host, EAFNOSUPPORT);                 /* a host without IPv6 */
    nl_tolerate(host, EOPNOTSUPP);
}

bool ports_set_loopback(const Conf *conf, const json_t *detail, Nl *host, GError **error)
{
    for (guint i = 0; i < conf->ports->len; i++) {
        const PortConf *port = conf->ports->pdata[i];
        const char *host_name = json_string_value(json_object_get(link_of(detail, port), "host"));
        IpAddress target;
        if (is_of_loopback(port, AF_INET) && target_of(detail, port, AF_INET, &target) &&
            !set_end("ipv4", host_name, "route_localnet", "1", error))
            return false;
        if (is_of_loopback(port, AF_INET6) && target_of(detail, port, AF_INET6, &target))
            queue_loopback(host, nl_ifindex(host, host_name));
    }
    return nl_run(host, error);
}

/* ---- what connection tracking remembers */

static bool is_untranslated(const Connection *connection)
{
    return !(connection->status & (IPS_SRC_NAT | IPS_DST_NAT));
}

static bool went_to_host(const Connection *connection, void *user)
{
    const Conf *conf = user;
    PortRange range = {connection->to_port, connection->to_port};
    PortListen one = {connection->to, range, PORT_UDP};

    if (connection->protocol != IPPROTO_UDP || !is_untranslated(connection))
        return false;
    for (guint i = 0; i < conf->ports->len; i++)
        if (port_listen_overlap(&((const PortConf *)conf->ports->pdata[i])->listen, &one))
            return true;
    return false;
}

void ports_forget_before(const Conf *conf)
{
    for (guint i = 0; i < conf->ports->len; i++)
        if (((const PortConf *)conf->ports->pdata[i])->listen.protocols & PORT_UDP) {
            conntrack_forget(FAMILIES_BOTH, went_to_host, (void *)conf);
            return;
        }
}

static bool was_led(const Connection *connection, void *user)
{
    const GArray *targets = user;

    if (!(connection->status & IPS_DST_NAT))
        return false;
    for (guint i = 0; i < targets->len; i++)
        if (ip_address_equal(&g_array_index(targets, PortListen, i).address, &connection->answer_from))
            return true;
    return false;
}

void ports_forget_after(const json_t *detail)
{
    g_autoptr(GArray) targets = targets_of(detail);

    if (targets->len > 0)
        conntrack_forget(ports_families(detail), was_led, targets);
}
