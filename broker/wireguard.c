/* wireguard.c - see wireguard.h. */
#include "wireguard.h"

#include "parse.h"
#include "wireguard-file.h"
#include "wireguard-key.h"

#include <string.h>

/* "FILE:LINE: [Link x] KEY=PATH: WHY" from "PATH: WHY". Always false. */
static bool fail_at(const GPtrArray *lines, const char *key, const char *path, GError **error)
{
    g_autofree char *cite = conf_cite(lines, key), *said = NULL;

    if (!error || !*error)
        return false;
    said = g_strdup(g_str_has_prefix((*error)->message, path) ? (*error)->message + strlen(path)
                                                              : (*error)->message);
    g_free((*error)->message);
    (*error)->message = g_strconcat(cite, *said == ':' ? "" : ": ", said, NULL);
    return false;
}

static bool link_read(Conf *conf, LinkConf *link, GPtrArray *notes, GError **error)
{
    WireguardConf *own = link->own;

    if (own->config_file && !wireguard_file_read(conf, link, own->config_file, notes, error))
        return fail_at(link->lines, "ConfigFile", own->config_file, error);
    if (own->key_file && !wireguard_key_read(own->key_file, &own->private_key, error))
        return fail_at(link->lines, "PrivateKeyFile", own->key_file, error);
    if (own->private_key.set)
        return true;
    return link_fail(link, "ConfigFile", error, "there is no PrivateKey in it, and no PrivateKeyFile= here");
}

static bool peer_read(PeerConf *peer, GError **error)
{
    if (!peer->where)
        peer->where = conf_cite(peer->lines, "PublicKey");
    return !peer->preshared_file || wireguard_key_read(peer->preshared_file, &peer->preshared, error) ||
           fail_at(peer->lines, "PresharedKeyFile", peer->preshared_file, error);
}

static bool has_prefix(const GPtrArray *list, const IpPrefix *prefix)
{
    for (guint i = 0; i < list->len; i++) {
        const IpPrefix *other = list->pdata[i];
        if (other->length == prefix->length && ip_address_equal(&other->address, &prefix->address))
            return true;
    }
    return false;
}

static void routes_take(const Conf *conf, LinkConf *link)
{
    bool theirs = link->prefixes->len > 0;

    if (theirs || ((const WireguardConf *)link->own)->route_allowed == TRISTATE_NO)
        return;
    g_ptr_array_set_free_func(link->prefixes, g_free);
    for (guint i = 0; i < conf->peers->len; i++) {
        const PeerConf *peer = conf->peers->pdata[i];
        for (guint j = 0; g_strcmp0(peer->link, link->label) == 0 && j < peer->allowed->len; j++) {
            const IpPrefix *prefix = peer->allowed->pdata[j];
            bool ours = prefix->address.family == AF_INET || conf->ns.ipv6 != TRISTATE_NO;
            if (ours && !has_prefix(link->prefixes, prefix))
                g_ptr_array_add(link->prefixes, g_memdup2(prefix, sizeof *prefix));
        }
    }
}

/* A key or a name server that was exchanged is a change, though no line of the namespace's file is. */
static bool digest_file(GChecksum *sum, const char *path, GError **error)
{
    char *text = path ? secret_read(path, error) : NULL;

    if (text)
        g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
    secret_free(text);
    return text || !path;
}

static bool digest(Conf *conf, const LinkConf *link, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    const WireguardConf *own = link->own;
    bool fine;

    if (conf->secrets)
        g_checksum_update(sum, (const guchar *)conf->secrets, -1);
    fine = digest_file(sum, own->key_file, error) && digest_file(sum, own->config_file, error);
    for (guint i = 0; fine && i < conf->peers->len; i++) {
        const PeerConf *peer = conf->peers->pdata[i];
        if (g_strcmp0(peer->link, link->label) == 0)
            fine = digest_file(sum, peer->preshared_file, error);
    }
    g_free(conf->secrets);
    conf->secrets = g_strdup(g_checksum_get_string(sum));
    return fine;
}

bool wireguard_read(Conf *conf, LinkConf *link, GPtrArray *notes, GError **error)
{
    if (!link_read(conf, link, notes, error))
        return false;
    for (guint i = 0; i < conf->peers->len; i++) {
        PeerConf *peer = conf->peers->pdata[i];
        if (g_strcmp0(peer->link, link->label) == 0 && !peer_read(peer, error))
            return false;
    }
    routes_take(conf, link);
    return digest(conf, link, error);
}
