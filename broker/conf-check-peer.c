/* conf-check-peer.c - the checks of peers, and of the one way out. */
#include "conf-check.h"
#include "link.h"

#include <string.h>

static bool has_peers(const LinkConf *link)
{
    return link->kind->has_peers;
}

/* The one of Link=, or the sole one of Kind=wireguard. NULL: a slip. */
static const LinkConf *link_of(const Check *check, const PeerConf *peer)
{
    const LinkConf *found = NULL;
    if (peer->link) {
        found = check_link_named(check, peer->lines, peer->link);
        if (found && !has_peers(found))
            check_slip_key(check, peer->lines, "Link", "it is not a link of Kind=wireguard");
        return found && has_peers(found) ? found : NULL;
    }
    for (guint i = 0; i < check->conf->links->len; i++) {
        const LinkConf *link = check->conf->links->pdata[i];
        if (found && has_peers(link)) {
            check_slip_key(check, peer->lines, "Link", "is missing: [Link %s] or [Link %s]", found->label,
                           link->label);
            return NULL;
        }
        found = has_peers(link) ? link : found;
    }
    if (!found)
        check_slip_key(check, peer->lines, "PublicKey", "there is no link of Kind=wireguard");
    return found;
}

static void allowed_check(const Check *check, const PeerConf *peer)
{
    for (guint i = 0; i < peer->allowed->len; i++)
        check_network(check, peer->allowed->pdata[i]);
}

void check_peer(const Check *check, PeerConf *peer, guint index)
{
    const LinkConf *link = link_of(check, peer);
    if (link && !peer->link)
        peer->link = g_strdup(link->label);
    if (!peer->public_key.set)
        check_slip_key(check, peer->lines, "PublicKey", "is missing: who the peer is");
    if (peer->preshared_file && peer->preshared_file[0] != '/')
        check_slip_key(check, peer->lines, "PresharedKeyFile", "must be an absolute path");
    allowed_check(check, peer);
    for (guint i = 0; i < index; i++) {
        const PeerConf *other = check->conf->peers->pdata[i];
        if (peer->public_key.set && g_strcmp0(peer->link, other->link) == 0 &&
            memcmp(&peer->public_key, &other->public_key, sizeof peer->public_key) == 0)
            check_slip_key(check, peer->lines, "PublicKey", "is [Peer %s] already", other->label);
    }
}

static const ConfLine *line_of(const Conf *conf, const char *key)
{
    for (guint i = conf->lines->len; i-- > 0;) {
        const ConfLine *line = conf->lines->pdata[i];
        if (g_str_equal(line->section, "Namespace") && g_str_equal(line->key, key))
            return line;
    }
    return NULL;
}

void check_kill_switch(const Check *check)
{
    const Conf *conf = check->conf;
    const ConfLine *line = conf->ns.kill_switch ? line_of(conf, "KillSwitch") : NULL;
    bool found = false;
    if (!line)
        return;
    for (guint i = 0; i < conf->links->len; i++)
        found = found || g_str_equal(((const LinkConf *)conf->links->pdata[i])->label, conf->ns.kill_switch);
    if (!found) {
        check_slip_line(check, line, "there is no such [Link]; it is the name of the only way out");
        return;
    }
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (!g_str_equal(link->label, conf->ns.kill_switch) && !link->kind->leads_nowhere)
            check_slip_key(check, link->lines, "Kind",
                           "a second way out: with [Namespace] KillSwitch=%s there is that one and no other",
                           conf->ns.kill_switch);
    }
    if (conf->ns.adopt)
        check_slip_line(check, line_of(conf, "Adopt"),
                        "what somebody else has put into the namespace may be a second way out: not with "
                        "KillSwitch=%s",
                        conf->ns.kill_switch);
}
