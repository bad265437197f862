/* endpoint.c - see endpoint.h. */
#include "endpoint.h"

#include "lock.h"
#include "nl-generic.h"
#include "parse.h"
#include "paths.h"
#include "say.h"
#include "spawn.h"
#include "undo.h"
#include "wake.h"
#include "wireguard-key.h"
#include "wireguard-peer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES RUN_DIR "/endpoints"
#define GETENT "/usr/bin/getent"
/* A session lives for three minutes at most, and is renewed after two (WireGuard's REJECT_AFTER_TIME,
 * REKEY_AFTER_TIME): who has not answered for longer may have moved. */
#define SILENT 135

#define PATIENCE_USEC (10 * G_USEC_PER_SEC) /* of a start, for all names together */

/* A program, so that one that hangs can be ended, and because a resolver takes the namespace that it is in.
 * In another one than the host's only what does: others, nscd among them, would ask by the host. The first
 * address is the one to be preferred (gai.conf(5)). */
static bool look_up(const char *host, int nsfd, IpAddress *ret)
{
    char *const own[] = {(char *)GETENT, (char *)"ahosts", (char *)host, NULL};
    char *const other[] = {(char *)GETENT,   (char *)"-s", (char *)"files dns",
                           (char *)"ahosts", (char *)host, NULL};
    g_autofree char *said = NULL;

    if (ip_address_parse(host, ret, NULL))
        return true;
    said = spawn_ask(nsfd < 0 ? own : other, nsfd);
    if (!said)
        return false;
    said[strcspn(said, " \t\n")] = '\0';
    return ip_address_parse(said, ret, NULL);
}

void endpoint_look_up(const Conf *conf, const LinkPlan *link)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_USEC;

    for (guint i = 0; i < conf->peers->len; i++) {
        PeerConf *peer = conf->peers->pdata[i];
        bool late = g_get_monotonic_time() > end; /* the watch goes on with the rest */
        if (late && ip_address_parse(peer->host ? peer->host : "", &peer->address, NULL))
            continue;
        if (!late && peer->host && g_strcmp0(peer->link, link->conf->label) == 0 &&
            !look_up(peer->host, link->outer_nsfd, &peer->address))
            say_warning("%s: %s cannot be looked up now, it is tried again", peer->where, peer->host);
    }
}

static json_t *names_of(const Conf *conf, const LinkConf *link)
{
    json_t *list = json_array();

    for (guint i = 0; i < conf->peers->len; i++) {
        const PeerConf *peer = conf->peers->pdata[i];
        g_autofree char *key = wireguard_key_format(&peer->public_key);
        IpAddress address;
        if (peer->host && g_strcmp0(peer->link, link->label) == 0 &&
            !ip_address_parse(peer->host, &address, NULL))
            json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "public_key", key, "host", peer->host,
                                                  "port", (int)peer->port));
    }
    return list;
}

void endpoint_describe(const Conf *conf, json_t *detail)
{
    json_t *links = json_object_get(detail, "links");

    for (guint i = 0; i < conf->links->len; i++) {
        json_t *names = names_of(conf, conf->links->pdata[i]);
        if (json_array_size(names) > 0)
            json_object_set(json_array_get(links, i), "endpoints", names);
        json_decref(names);
    }
}

static bool has_names(const Record *record)
{
    const json_t *links = json_object_get(record->detail, "links");
    size_t i;
    json_t *link;

    json_array_foreach(links, i, link) if (json_object_get(link, "endpoints")) return true;
    return false;
}

static bool fail(GError **error, const char *path)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path,
                strerrordesc_np(errno));
    return false;
}

static bool note(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(NOTES, name, NULL);
    int fd;

    if (g_mkdir_with_parents(NOTES, 0755) < 0)
        return fail(error, NOTES);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return fail(error, path);
    close(fd);
    return true;
}

/* Under the lock, or a watch that is about to end would not see it. */
bool endpoint_note(const Record *record, GError **error)
{
    int lock = has_names(record) ? lock_take(LOCK_HOST, error) : -1;
    bool fine = lock < 0 ? !has_names(record) : note(record->name, error);

    if (lock >= 0 && fine)
        watch_wake();
    if (lock >= 0)
        lock_release(lock);
    return fine;
}

bool endpoint_forget(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(NOTES, name, NULL);

    return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR || fail(error, path);
}

char **endpoint_names(void)
{
    g_autoptr(GDir) dir = g_dir_open(NOTES, 0, NULL);
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        g_strv_builder_add(names, name);
    return g_strv_builder_end(names);
}

bool endpoint_any(void)
{
    g_autoptr(GDir) dir = g_dir_open(NOTES, 0, NULL);

    return dir && g_dir_read_name(dir);
}

static const char *get(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const WireguardPeer *peer_of(const GArray *peers, const WireguardKey *key)
{
    for (guint i = 0; i < peers->len; i++) {
        const WireguardPeer *peer = &g_array_index(peers, WireguardPeer, i);
        if (memcmp(peer->public_key.bytes, key->bytes, sizeof key->bytes) == 0)
            return peer;
    }
    return NULL;
}

/* Where the answer is what the kernel has, nothing is done: the peer is silent for another reason. */
static bool refresh_one(const char *namespace, const char *link, const json_t *endpoint, const GArray *peers,
                        Nl *nl, int outer, GError **error)
{
    const char *host = get(endpoint, "host");
    uint16_t port = (uint16_t)json_integer_value(json_object_get(endpoint, "port"));
    WireguardKey key = {};
    const WireguardPeer *peer = NULL;
    IpAddress now;

    if (host && wireguard_key_parse(get(endpoint, "public_key"), &key, NULL))
        peer = peer_of(peers, &key);
    if (!peer || g_get_real_time() / G_USEC_PER_SEC - peer->handshake < SILENT ||
        !look_up(host, outer, &now) || (ip_address_equal(&now, &peer->endpoint) && port == peer->port))
        return true;
    g_autofree char *text = ip_address_format(&now);
    if (!wireguard_move_peer(nl, link, &key, &now, port, error))
        return false;
    say_info("%s: %s is at %s now", namespace, host, text);
    return true;
}

/* Where the namespace of the socket has gone, so has the tunnel: nobody is asked in another one. */
static bool refresh_link(const Record *record, const json_t *link, int nsfd, GError **error)
{
    const char *name = get(link, "name"), *peer = get(link, "peer_namespace");
    const json_t *endpoints = json_object_get(link, "endpoints");
    int outer = peer ? nsfs_open(peer, NULL) : -1;
    g_autoptr(Nl) nl = NULL;
    g_autoptr(GArray) peers = NULL;
    bool fine = true;
    size_t i;
    json_t *endpoint;

    if (!name || (peer && outer < 0))
        return true;
    nl = nl_open_generic_at(nsfd, error);
    peers = nl ? wireguard_peers(nl, name, error) : NULL;
    fine = peers != NULL;
    json_array_foreach(endpoints, i, endpoint) fine =
        fine && refresh_one(record->name, name, endpoint, peers, nl, outer, error);
    if (outer >= 0)
        close(outer);
    return fine;
}

/* One that fails does not keep the others; the first failure is returned. */
bool endpoint_refresh(const Record *record, GError **error)
{
    const json_t *links = json_object_get(record->detail, "links");
    int nsfd = undo_namespace(record);
    GError *first = NULL;
    size_t i;
    json_t *link;

    if (nsfd < 0)
        return true;
    (void)prctl(PR_SET_DUMPABLE, 0); /* the kernel tells the private key, too */
    json_array_foreach(links, i, link)
    {
        g_autoptr(GError) failure = NULL;
        if (json_object_get(link, "endpoints") && !refresh_link(record, link, nsfd, &failure) && !first)
            first = g_steal_pointer(&failure);
    }
    close(nsfd);
    if (first)
        g_propagate_error(error, first);
    return !first;
}
