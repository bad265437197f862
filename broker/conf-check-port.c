/* conf-check-port.c - the checks of ports: where they are taken, and where they lead. */
#include "conf-check.h"
#include "link.h"
#include "port.h"

/* A range that keeps its ports is one element of the firewall's map, one that moves is one for each, and the
 * kernel takes a second and a half for 10000 of them. */
#define MOVED_MAX 1024

static void listen_check(const Check *check, const PortConf *port)
{
    const IpAddress *address = &port->listen.address;
    if (!port->listen.range.first)
        check_slip_key(check, port->lines, "Listen", "is missing: which port of the host");
    if (address->family == AF_UNSPEC || ip_address_is_unspecified(address))
        return;
    if (ip_address_is_multicast(address))
        check_slip_key(check, port->lines, "Listen", "nobody connects to a multicast address");
    else if (address->family == AF_INET6 && ip_address_is_link_local(address))
        check_slip_key(check, port->lines, "Listen",
                       "a connection to a link-local address cannot be led to another link");
}

static void to_check(const Check *check, PortConf *port)
{
    const PortRange *listen = &port->listen.range;
    if (!port->to.first)
        port->to = *listen;
    unsigned here = port_range_size(listen), inside = port_range_size(&port->to);
    if (here != inside)
        check_slip_key(check, port->lines, "To", "%u port%s, and Listen= has %u", inside,
                       inside == 1 ? "" : "s", here);
    else if (port->to.first != listen->first && here > MOVED_MAX)
        check_slip_key(check, port->lines, "To", "at most %u ports can become others", MOVED_MAX);
}

/* The one of Link=, or the sole one that could be meant. NULL: a slip. */
static const LinkConf *link_of(const Check *check, const PortConf *port)
{
    const LinkConf *found = NULL;
    if (port->link) {
        found = check_link_named(check, port->lines, port->link);
        if (!found || link_is_wire(found))
            return found;
        check_slip_key(check, port->lines, "Link", "it is not a link of Kind=veth to the host");
        return NULL;
    }
    for (guint i = 0; i < check->conf->links->len; i++) {
        const LinkConf *link = check->conf->links->pdata[i];
        if (found && link_is_wire(link)) {
            check_slip_key(check, port->lines, "Link", "is missing: [Link %s] or [Link %s]", found->label,
                           link->label);
            return NULL;
        }
        found = link_is_wire(link) ? link : found;
    }
    if (!found)
        check_slip_key(check, port->lines, "Listen",
                       "there is no link of Kind=veth to the host that it could lead to");
    return found;
}

/* What is taken at any address is taken at those of the families that the link has. */
static void families_settle(const Check *check, PortConf *port, const LinkConf *link)
{
    Families has = link_families(link, check->conf->ns.ipv6);
    int family = port->listen.address.family;
    if (!has || !(has & port_listen_families(&port->listen)))
        check_slip_key(check, port->lines, "Listen", "[Link %s] has no %s%saddress that it could lead to",
                       link->label, family == AF_UNSPEC ? "" : check_family(family),
                       family == AF_UNSPEC ? "" : " ");
    else if (family == AF_UNSPEC && has != FAMILIES_BOTH)
        port->listen.address.family = has == FAMILIES_IPV4 ? AF_INET : AF_INET6;
}

void check_port(const Check *check, PortConf *port, guint index)
{
    listen_check(check, port);
    if (!port->listen.range.first)
        return;
    to_check(check, port);
    const LinkConf *link = link_of(check, port);
    if (link)
        families_settle(check, port, link);
    if (link && !port->link)
        port->link = g_strdup(link->label);
    for (guint i = 0; i < index; i++) {
        const PortConf *other = check->conf->ports->pdata[i];
        if (other->listen.range.first && port_listen_overlap(&port->listen, &other->listen))
            check_slip_key(check, port->lines, "Listen", "[Port %s] takes these connections already",
                           other->label);
    }
}
