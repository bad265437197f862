/* conf-keys-port.c - the keys of [Port]: ports of the host that lead into the namespace. */
#include "conf-keys.h"
#include "port.h"

static bool listen_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    PortConf *port = field;
    return port_listen_parse(line->value, &port->listen, error) || conf_fail_at(line, error);
}

static void listen_clear(const ConfKey *key, void *field)
{
    PortConf *port = field;
    port->listen.address = (IpAddress){0};
    port->listen.range = (PortRange){0};
}

static const ConfType type_listen = {listen_parse, listen_clear, false};

static bool to_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    PortConf *port = field;
    return port_range_parse(line->value, &port->to) ||
           conf_fail(line, error, "write it as PORT or PORT-PORT (1 to 65535)");
}

static void to_clear(const ConfKey *key, void *field)
{
    ((PortConf *)field)->to = (PortRange){0};
}

static const ConfType type_to = {to_parse, to_clear, false};

static const ConfWord protocol_words[] = {{"tcp", PORT_TCP}, {"udp", PORT_UDP}, {"both", PORT_BOTH}, {}};

const ConfKey conf_port_keys[] = {
    CONF_WHOLE("Listen", type_listen),
    CONF_WHOLE("To", type_to),
    CONF_KEY("Protocol", PortConf, listen.protocols, .words = protocol_words, .initial = PORT_TCP),
    CONF_KEY("Link", PortConf, link),
    {},
};
