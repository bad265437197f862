/* resolv.c - see resolv.h. */
#include "resolv.h"

#include "parse.h"
#include "paths.h"
#include "vpnc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DNS_DIR RUN_DIR "/dns"

/* Where the host's resolv.conf names only a stub on the loopback, the servers behind it
 * (systemd-resolved.service(8), NetworkManager.conf(5) rc-manager). */
static const char *const upstream_files[] = {"/run/systemd/resolve/resolv.conf",
                                             "/run/NetworkManager/no-stub-resolv.conf"};

/* The nameserver lines of @file that are not of the loopback and have no zone (fe80::1%eth0 means nothing in
 * another namespace). *ret_stub: there was one of the loopback. */
static char *usable_servers(const char *file, bool *ret_stub)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        IpAddress address;
        if (!g_str_has_prefix(*line, "nameserver") ||
            !ip_address_parse(g_strstrip(*line + strlen("nameserver")), &address, NULL))
            continue;
        if (ip_address_is_loopback(&address))
            *ret_stub = true;
        else
            g_string_append_printf(out, "nameserver %s\n",
                                   *line + strlen("nameserver") +
                                       strspn(*line + strlen("nameserver"), " \t"));
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* NULL: the host's own file will do as it is. */
static char *host_upstream(void)
{
    bool stub = false;
    g_autofree char *own = usable_servers("/etc/resolv.conf", &stub);

    if (!own || *own || !stub)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(upstream_files); i++) {
        g_autofree char *servers = usable_servers(upstream_files[i], &stub);
        if (servers && *servers)
            return g_steal_pointer(&servers);
    }
    return NULL;
}

static void append_words(GString *text, const char *key, char *const *words)
{
    if (!words || !words[0])
        return;
    g_string_append(text, key);
    for (char *const *word = words; *word; word++)
        g_string_append_printf(text, " %s", *word);
    g_string_append_c(text, '\n');
}

static void append_servers(GString *text, char *const *servers)
{
    for (; servers && *servers; servers++)
        g_string_append_printf(text, "nameserver %s\n", *servers);
}

/* False: programs are to see the host's own file. Those of an uplink are never left out for the host's: a
 * program would ask the VPN's server. */
static bool append_dns(GString *text, const DnsConf *dns, char *const *uplink)
{
    for (guint i = 0; i < dns->servers->len; i++) {
        g_autofree char *server = ip_address_format(&((const IpPrefix *)dns->servers->pdata[i])->address);
        g_string_append_printf(text, "nameserver %s\n", server);
    }
    if (dns->servers->len > 0)
        return true;
    if (dns->uplink)
        append_servers(text, uplink);
    else if (dns->host_upstream) {
        g_autofree char *upstream = host_upstream();
        g_string_append(text, upstream ? upstream : "");
        return upstream;
    }
    return dns->uplink || dns->pushed;
}

static char *contents(const DnsConf *dns, char *const *uplink)
{
    g_autoptr(GString) text = g_string_new("# made by netns-broker from [DNS]\n");

    if (!append_dns(text, dns, uplink))
        return NULL;
    append_words(text, "search", dns->domains);
    append_words(text, "options", dns->options);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

bool resolv_write(const Conf *conf, char *const *uplink, GError **error)
{
    g_autofree char *dir = g_build_filename(DNS_DIR, conf->name, NULL);
    g_autofree char *file = g_build_filename(dir, "resolv.conf", NULL);
    g_autofree char *text = contents(&conf->dns, uplink);

    if (!text)
        return resolv_remove(conf->name, error);
    if (g_mkdir_with_parents(dir, 0755) < 0) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot make %s: %s", dir,
                    g_strerror(errno));
        return false;
    }
    return g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

static bool is_server(const char *line)
{
    return g_str_has_prefix(line, "nameserver");
}

/* The first line is a comment, then the servers. */
static char *with_servers(const char *before, char *const *servers)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(before, "\n", -1);

    for (char **line = lines; *line; line++) {
        if (!is_server(*line) && **line)
            g_string_append_printf(text, "%s\n", *line);
        if (line == lines)
            append_servers(text, servers);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Longer first, then cut: a reader in between finds whole lines of both. */
bool resolv_overwrite(const char *file, const char *text, GError **error)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t length = strlen(text);
    bool fine =
        fd >= 0 && pwrite(fd, text, length, 0) == (ssize_t)length && ftruncate(fd, (off_t)length) == 0;

    if (!fine)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot write %s: %s", file,
                    g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return fine;
}

bool resolv_refresh(const char *name, char *const *servers, GError **error)
{
    g_autofree char *file = g_build_filename(DNS_DIR, name, "resolv.conf", NULL), *before = NULL;

    if (!g_file_get_contents(file, &before, NULL, error))
        return false;
    g_autofree char *now = with_servers(before, servers);
    return g_str_equal(before, now) || resolv_overwrite(file, now, error);
}

bool resolv_push(const Conf *conf, char *const *servers, char *const *domains, GError **error)
{
    g_autofree char *file = g_build_filename(DNS_DIR, conf->name, "resolv.conf", NULL);
    g_autoptr(GString) text = g_string_new("# made by netns-broker of what the VPN says\n");

    append_servers(text, conf->dns.servers->len ? NULL : servers);
    for (guint i = 0; i < conf->dns.servers->len; i++) {
        g_autofree char *server =
            ip_address_format(&((const IpPrefix *)conf->dns.servers->pdata[i])->address);
        g_string_append_printf(text, "nameserver %s\n", server);
    }
    append_words(text, "search", conf->dns.domains[0] ? conf->dns.domains : domains);
    append_words(text, "options", conf->dns.options);
    return resolv_overwrite(file, text->str, error);
}

static void add_servers(GPtrArray *list, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

    for (char **line = lines; *line; line++)
        if (is_server(*line))
            g_ptr_array_add(list, g_strdup(g_strstrip(*line + strlen("nameserver"))));
}

char **resolv_host_servers(void)
{
    GPtrArray *list = g_ptr_array_new();
    bool stub;
    g_autofree char *backup = vpnc_file("resolv.conf-backup");
    g_autofree char *saved = backup ? usable_servers(backup, &stub) : NULL,
                    *own = usable_servers("/etc/resolv.conf", &stub), *upstream = host_upstream();

    add_servers(list, saved);
    add_servers(list, own);
    add_servers(list, upstream);
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

bool resolv_remove(const char *name, GError **error)
{
    g_autofree char *dir = g_build_filename(DNS_DIR, name, NULL);
    g_autofree char *file = g_build_filename(dir, "resolv.conf", NULL);

    if (unlink(file) < 0 && errno != ENOENT && errno != ENOTDIR) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot remove %s: %s", file,
                    g_strerror(errno));
        return false;
    }
    (void)rmdir(dir); /* and not DNS_DIR: another may be about to make its own in there */
    return true;
}
