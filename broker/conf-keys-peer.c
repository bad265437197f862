/* conf-keys-peer.c - the keys of [Peer]: whom a WireGuard link talks to. */
#include "conf-keys.h"
#include "wireguard-key.h"

#include <string.h>

static bool key_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    return wireguard_key_parse(line->value, field, error) || conf_fail_at(line, error);
}

static void key_clear(const ConfKey *key, void *field)
{
    *(WireguardKey *)field = (WireguardKey){0};
}

static const ConfType type_key = {key_parse, key_clear, false};

/* An address, or what may be the name of a host: it becomes a program's argument. */
static bool host_clean(const char *host)
{
    return g_ascii_isalnum(host[0]) &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(host);
}

bool conf_endpoint_parse(const char *text, char **ret_host, uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    uint32_t port;

    if (!colon || colon == text || !number_read(colon + 1, &port) || port == 0 || port > 65535 ||
        (bracketed && colon[-1] != ']') || (!bracketed && memchr(text, ':', (size_t)(colon - text))))
        return false;
    g_autofree char *host = g_strndup(text + bracketed, (gsize)(colon - text) - 2u * bracketed);
    IpAddress address;
    if (bracketed ? !ip_address_parse(host, &address, NULL) : !host_clean(host))
        return false;
    g_free(*ret_host);
    *ret_host = g_steal_pointer(&host);
    *ret_port = (uint16_t)port;
    return true;
}

static bool endpoint_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    PeerConf *peer = field;
    return conf_endpoint_parse(line->value, &peer->host, &peer->port) ||
           conf_fail(line, error,
                     "write it as HOST:PORT, or [IPv6 address]:PORT, with a port from 1 to 65535");
}

static void endpoint_clear(const ConfKey *key, void *field)
{
    PeerConf *peer = field;
    g_clear_pointer(&peer->host, g_free);
    peer->port = 0;
}

static const ConfType type_endpoint = {endpoint_parse, endpoint_clear, false};

/* With commas too, as in every other file of WireGuard's. The prefixes cite the line that is kept. */
static bool allowed_parse(const ConfKey *key, const ConfLine *line, void *field, GError **error)
{
    g_autofree char *blanks = g_strdelimit(g_strdup(line->value), ",", ' ');
    ConfLine copy = *line;
    GPtrArray **list = field;
    copy.value = blanks;
    guint before = *list ? (*list)->len : 0;
    if (!conf_type_prefix_list.parse(key, &copy, field, error))
        return false;
    for (guint i = before; i < (*list)->len; i++)
        ((IpPrefix *)(*list)->pdata[i])->line = line;
    return true;
}

static void allowed_clear(const ConfKey *key, void *field)
{
    conf_type_prefix_list.clear(key, field);
}

static const ConfType type_allowed = {allowed_parse, allowed_clear, true};

static const ConfWord keepalive_words[] = {{"off", 0}, {}};

const ConfKey conf_peer_keys[] = {
    {.name = "PublicKey", .offset = offsetof(PeerConf, public_key), .type = &type_key},
    CONF_KEY("PresharedKeyFile", PeerConf, preshared_file),
    CONF_WHOLE("Endpoint", type_endpoint),
    {.name = "AllowedIPs", .offset = offsetof(PeerConf, allowed), .type = &type_allowed},
    CONF_KEY("PersistentKeepalive", PeerConf, keepalive, .words = keepalive_words, .max = 65535),
    CONF_KEY("Link", PeerConf, link),
    {},
};
