/* wireguard-file.c - see wireguard-file.h.
 *
 * Its syntax is wg(8)'s: keys and sections in any case, a '#' begins a comment anywhere, values are lists
 * with commas. Read where it lies, so that no copies of keys are made. */
#include "wireguard-file.h"

#include "conf-keys.h"
#include "dns-source.h"
#include "parse.h"
#include "wireguard-key.h"

#include <string.h>

#define KEY_MAX 24 /* of an unknown key that is quoted */
#define WORD_MAX                                                                                             \
    43 /* of a value that is quoted: the longest prefix has as many characters, a secret one more */

typedef struct File {
    Conf *conf;
    LinkConf *link;
    const char *path;
    unsigned line;
    bool in_interface;
    PeerConf *peer;           /* being read; borrowed */
    bool addresses, mtu, dns; /* the namespace's own file has none */
    GPtrArray *notes;
} File;

static bool fail(const File *file, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool fail(const File *file, GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s:%u: %s", file->path, file->line, what);
    return false;
}

/* In front of an error of ip.c or wireguard-key.c. Always false. */
static bool fail_at(const File *file, const char *key, GError **error)
{
    g_prefix_error(error, "%s:%u: %s: ", file->path, file->line, key);
    return false;
}

static void note(const File *file, const char *what)
{
    if (file->notes)
        g_ptr_array_add(file->notes, g_strdup_printf("%s:%u: %s", file->path, file->line, what));
}

static bool number(const File *file, const char *key, const char *value, uint32_t max, uint32_t *ret,
                   GError **error)
{
    if (g_ascii_strcasecmp(value, "off") == 0) {
        *ret = 0;
        return true;
    }
    return (number_read(value, ret) && *ret <= max) ||
           fail(file, error, "%s: must be off, or a number up to %u", key, max);
}

static bool prefixes(const File *file, const char *key, const char *value, GPtrArray *list, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(value, ", \t", -1);

    g_ptr_array_set_free_func(list, g_free);
    for (char **word = words; *word; word++) {
        IpPrefix prefix = {};
        if (!**word)
            continue;
        if (!ip_prefix_parse(*word, &prefix, error)) {
            if (strlen(*word) <= WORD_MAX)
                g_prefix_error(error, "%s: ", *word);
            return fail_at(file, key, error);
        }
        if (prefix.address.family == AF_INET6 && file->conf->ns.ipv6 == TRISTATE_NO)
            continue;
        g_ptr_array_add(list, g_memdup2(&prefix, sizeof prefix));
    }
    return true;
}

static void domain_add(DnsConf *dns, const char *domain)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    g_strv_builder_addv(builder, (const char **)dns->domains);
    g_strv_builder_add(builder, domain);
    g_strfreev(dns->domains);
    dns->domains = g_strv_builder_end(builder);
}

/* Addresses of servers, and domains to search. */
static void dns_take(const File *file, const char *value)
{
    g_auto(GStrv) words = g_strsplit_set(value, ", \t", -1);
    DnsConf *dns = &file->conf->dns;

    g_ptr_array_set_free_func(dns->servers, g_free);
    for (char **word = words; file->dns && *word; word++) {
        IpPrefix server = {};
        if (**word && ip_address_parse(*word, &server.address, NULL)) {
            server.length = (uint8_t)ip_address_bits(server.address.family);
            g_ptr_array_add(dns->servers, g_memdup2(&server, sizeof server));
        } else if (domain_is_clean(*word)) {
            domain_add(dns, *word);
        }
    }
}

static bool address_take(const File *file, const char *key, const char *value, GError **error)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new_with_free_func(g_free);

    return prefixes(file, key, value, file->addresses ? file->link->addresses : none, error);
}

static bool table_take(const File *file, const char *value, GError **error)
{
    WireguardConf *own = file->link->own;

    if (g_ascii_strcasecmp(value, "off") == 0 && own->route_allowed == TRISTATE_UNSET)
        own->route_allowed = TRISTATE_NO;
    else if (g_ascii_strcasecmp(value, "auto") != 0 && g_ascii_strcasecmp(value, "off") != 0)
        return fail(file, error,
                    "Table: only auto and off are known here; write RouteAllowedIPs=no, and the routes "
                    "as [Route NAME] with a Table= of their own");
    return true;
}

static bool interface_take(File *file, const char *key, char *value, GError **error)
{
    WireguardConf *own = file->link->own;
    uint32_t mtu = 0;

    if (g_str_equal(key, "PrivateKey"))
        return wireguard_key_parse(value, &own->private_key, error) || fail_at(file, key, error);
    if (g_str_equal(key, "ListenPort"))
        return own->port || number(file, key, value, 65535, &own->port, error);
    if (g_str_equal(key, "FwMark"))
        return own->mark || number(file, key, value, UINT32_MAX, &own->mark, error);
    if (g_str_equal(key, "Address"))
        return address_take(file, key, value, error);
    if (g_str_equal(key, "Table"))
        return table_take(file, value, error);
    if (g_str_equal(key, "MTU")) {
        if (!number(file, key, value, 65535, &mtu, error))
            return false;
        file->link->mtu = file->mtu ? mtu : file->link->mtu;
    } else if (g_str_equal(key, "DNS")) {
        dns_take(file, value);
    } else if (g_str_equal(key, "SaveConfig")) {
        note(file, "SaveConfig is not done: this file is only read");
    } else {
        g_autofree char *what = g_strdup_printf(
            "%s is not run: programs to run are %s= in the [Hooks] of %s.netns", key, key, file->conf->name);
        note(file, what);
    }
    return true;
}

/* Bits behind the length are cut off, as wg(8) does. */
static bool allowed_take(const File *file, const char *value, GError **error)
{
    GPtrArray *allowed = file->peer->allowed;
    guint before = allowed->len;

    if (!prefixes(file, "AllowedIPs", value, allowed, error))
        return false;
    for (guint i = before; i < allowed->len; i++)
        *(IpPrefix *)allowed->pdata[i] = ip_prefix_network(allowed->pdata[i]);
    return true;
}

static bool peer_take(File *file, const char *key, char *value, GError **error)
{
    PeerConf *peer = file->peer;

    if (g_str_equal(key, "PublicKey"))
        return wireguard_key_parse(value, &peer->public_key, error) || fail_at(file, key, error);
    if (g_str_equal(key, "PresharedKey"))
        return wireguard_key_parse(value, &peer->preshared, error) || fail_at(file, key, error);
    if (g_str_equal(key, "AllowedIPs"))
        return allowed_take(file, value, error);
    if (g_str_equal(key, "PersistentKeepalive"))
        return number(file, key, value, 65535, &peer->keepalive, error);
    return conf_endpoint_parse(value, &peer->host, &peer->port) ||
           fail(file, error,
                "Endpoint: write it as HOST:PORT, or [IPv6 address]:PORT, with a port from 1 to 65535");
}

/* The known word that is meant, in whatever case it is written. */
static const char *known(const char *const *words, const char *text)
{
    for (; *words; words++)
        if (g_ascii_strcasecmp(*words, text) == 0)
            return *words;
    return NULL;
}

static bool is_alphanumeric(const char *word)
{
    for (; *word; word++)
        if (!g_ascii_isalnum(*word))
            return false;
    return true;
}

static bool assign(File *file, const char *key, char *value, GError **error)
{
    static const char *const interface[] = {"PrivateKey", "ListenPort", "FwMark", "Address", "DNS",
                                            "MTU",        "Table",      "PreUp",  "PostUp",  "PreDown",
                                            "PostDown",   "SaveConfig", NULL};
    static const char *const peer[] = {"PublicKey", "PresharedKey",        "AllowedIPs",
                                       "Endpoint",  "PersistentKeepalive", NULL};
    const char *const *words = file->in_interface ? interface : peer;
    const char *word = known(words, key), *nearest = word_nearest(key, words);

    if (!file->in_interface && !file->peer)
        return fail(file, error, "this line stands before the first [Interface] or [Peer]");
    /* a word that is longer, or has anything else in it, may be a secret in the wrong place */
    if (!word && (strlen(key) > KEY_MAX || !is_alphanumeric(key)))
        return fail(file, error, "neither a [Section] nor a Key=value");
    if (!word)
        return fail(file, error, "%s=: unknown key%s%s%s", key, nearest ? ", did you mean " : "",
                    nearest ? nearest : "", nearest ? "=?" : "");
    if (!*value)
        return fail(file, error, "%s= has no value", key);
    return file->in_interface ? interface_take(file, word, value, error)
                              : peer_take(file, word, value, error);
}

static bool peer_done(const File *file, GError **error)
{
    const PeerConf *peer = file->peer;

    if (!peer || peer->public_key.set)
        return true;
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: [Peer] has no PublicKey", peer->where);
    return false;
}

static bool section(File *file, const char *name, GError **error)
{
    if (!peer_done(file, error))
        return false;
    file->peer = NULL;
    file->in_interface = g_ascii_strcasecmp(name, "[Interface]") == 0;
    if (file->in_interface)
        return true;
    if (g_ascii_strcasecmp(name, "[Peer]") != 0)
        return fail(file, error, "%s: there are only [Interface] and [Peer]", name);
    file->peer = conf_peer_new(file->conf, file->link->label);
    file->peer->where = g_strdup_printf("%s:%u", file->path, file->line);
    return true;
}

static bool line_take(File *file, char *text, GError **error)
{
    char *comment = strchr(text, '#'), *equals;

    if (comment)
        *comment = '\0';
    text = g_strstrip(text);
    if (!*text)
        return true;
    if (*text == '[')
        return section(file, text, error);
    equals = strchr(text, '=');
    if (!equals)
        return fail(file, error, "neither a [Section] nor a Key=value");
    *equals = '\0';
    return assign(file, g_strchomp(text), g_strchug(equals + 1), error);
}

bool wireguard_file_parse(Conf *conf, LinkConf *link, const char *path, char *text, GPtrArray *notes,
                          GError **error)
{
    File file = {.conf = conf,
                 .link = link,
                 .path = path,
                 .addresses = link->addresses->len == 0,
                 .mtu = link->mtu == 0,
                 .dns = dns_source_may_be_file(conf),
                 .notes = notes};
    char *next;
    bool fine = true;

    for (char *line = text; fine && line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        file.line++;
        fine = line_take(&file, line, error);
    }
    return fine && peer_done(&file, error);
}

bool wireguard_file_read(Conf *conf, LinkConf *link, const char *path, GPtrArray *notes, GError **error)
{
    char *text = secret_read(path, error);
    gsize size = text ? strlen(text) : 0;
    bool fine = text && wireguard_file_parse(conf, link, path, text, notes, error);

    if (text) /* it was cut into pieces: all of it, not up to the first NUL */
        explicit_bzero(text, size);
    g_free(text);
    return fine;
}
