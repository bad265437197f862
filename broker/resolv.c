/* resolv.c - see resolv.h. */
#include "resolv.h"

#include "parse.h"
#include "paths.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DNS_DIR RUN_DIR "/dns"

/* Where the host's resolv.conf names only a stub on the loopback, the servers behind it
 * (systemd-resolved.service(8), NetworkManager.conf(5) rc-manager). */
static const char *const upstream_files[] = {"/run/systemd/resolve/resolv.conf",
                                             "/run/NetworkManager/no-stub-resolv.conf"};

static bool is_loopback(const IpAddress *address)
{
    static const struct in6_addr one = IN6ADDR_LOOPBACK_INIT;

    return address->family == AF_INET ? address->bytes[0] == 127
                                      : memcmp(&address->v6, &one, sizeof one) == 0;
}

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
        if (is_loopback(&address))
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

static char *contents(const DnsConf *dns)
{
    g_autoptr(GString) text = g_string_new("# made by netns-broker from [DNS]\n");
    g_autofree char *upstream = NULL;

    for (guint i = 0; i < dns->servers->len; i++) {
        g_autofree char *server = ip_address_format(&((const IpPrefix *)dns->servers->pdata[i])->address);
        g_string_append_printf(text, "nameserver %s\n", server);
    }
    if (dns->servers->len == 0 && dns->host_upstream) {
        upstream = host_upstream();
        if (!upstream)
            return NULL;
        g_string_append(text, upstream);
    } else if (dns->servers->len == 0) {
        return NULL;
    }
    append_words(text, "search", dns->domains);
    append_words(text, "options", dns->options);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

bool resolv_write(const Conf *conf, GError **error)
{
    g_autofree char *dir = g_build_filename(DNS_DIR, conf->name, NULL);
    g_autofree char *file = g_build_filename(dir, "resolv.conf", NULL);
    g_autofree char *text = contents(&conf->dns);

    if (!text)
        return resolv_remove(conf->name, error);
    if (g_mkdir_with_parents(dir, 0755) < 0) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot make %s: %s", dir,
                    g_strerror(errno));
        return false;
    }
    return g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
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
    (void)rmdir(dir);
    (void)rmdir(DNS_DIR);
    return true;
}
