/* resolv.c - see resolv.h. */
#include "resolv.h"

#include "dns-source.h"
#include "etc-file.h"
#include "etc-own.h"
#include "parse.h"
#include "paths.h"
#include "resolv-line.h"
#include "vpnc.h"

#include <string.h>
#include <unistd.h>

#define RESOLV_CONF "/etc/resolv.conf"
static char *const resolver_address[] = {(char *)"127.0.0.1", NULL};

/* Where the host's resolv.conf names only a stub on the loopback, the servers behind it
 * (systemd-resolved.service(8), NetworkManager.conf(5) rc-manager). */
static const char *const upstream_files[] = {"/run/systemd/resolve/resolv.conf",
                                             "/run/NetworkManager/no-stub-resolv.conf"};

static bool is_server(const char *line)
{
    return g_str_has_prefix(line, "nameserver");
}

/* Can it be asked from another namespace? Not one of the loopback (*ret_stub), nor with a zone
 * (fe80::1%eth0).
 */
static bool is_usable(const char *server, bool *ret_stub)
{
    IpAddress address;

    if (!ip_address_parse(server, &address, NULL))
        return false;
    *ret_stub = *ret_stub || ip_address_is_loopback(&address);
    return !ip_address_is_loopback(&address);
}

/* The lines of @file that name servers which can be used. NULL: no such file. */
static char *usable_servers(const char *file, bool *ret_stub)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) servers = resolv_line_servers(text);
    for (char **server = servers; *server; server++)
        if (is_usable(*server, ret_stub))
            g_string_append_printf(out, "nameserver %s\n", *server);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Of the host's file, or where that names only a stub, of one behind it. NULL: there are none. */
static char *host_servers(void)
{
    bool stub = false;
    g_autofree char *own = usable_servers(RESOLV_CONF, &stub);

    for (size_t i = 0; own && !*own && stub && i < G_N_ELEMENTS(upstream_files); i++) {
        g_autofree char *servers = usable_servers(upstream_files[i], &stub);
        if (servers && *servers)
            return g_steal_pointer(&servers);
    }
    return own && *own ? g_steal_pointer(&own) : NULL;
}

static bool is_domains(const char *line)
{
    return g_str_has_prefix(line, "search") || g_str_has_prefix(line, "domain");
}

static bool is_options(const char *line)
{
    return g_str_has_prefix(line, "options");
}

/* What a stub on the loopback has checked itself (trust-ad) nobody has checked where its servers are asked.
 */
static void append_options(GString *text, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
    g_autoptr(GString) kept = g_string_new(NULL);

    for (char **word = words + 1; words[0] && *word; word++)
        if (**word && !g_str_equal(*word, "trust-ad"))
            g_string_append_printf(kept, " %s", *word);
    if (kept->len)
        g_string_append_printf(text, "options%s\n", kept->str);
}

/* What the host's file says beside servers. */
static void append_host_words(GString *text, bool domains, bool options)
{
    bool stub = false;
    g_autofree char *host = NULL, *servers = usable_servers(RESOLV_CONF, &stub);

    (void)g_file_get_contents(RESOLV_CONF, &host, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(host ? host : "", "\n", -1);
    for (char **line = lines; *line; line++)
        if (options && stub && is_options(*line))
            append_options(text, *line);
        else if ((domains && is_domains(*line)) || (options && is_options(*line)))
            g_string_append_printf(text, "%s\n", *line);
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

static void append_given(GString *text, const DnsConf *dns)
{
    for (guint i = 0; i < dns->servers->len; i++) {
        g_autofree char *server = ip_server_format(dns->servers->pdata[i]);
        g_string_append_printf(text, "nameserver %s\n", server);
    }
}

/* Those of an uplink are never left out for the host's: a program would ask the VPN's server. */
char *resolv_text(const Conf *conf, char *const *servers, char *const *domains)
{
    const DnsConf *dns = &conf->dns;
    bool of_host = dns_source(conf) == DNS_SOURCE_HOST;
    g_autofree char *host = of_host ? host_servers() : NULL;
    g_autoptr(GString) text = g_string_new(of_host ? "# made by netns-broker of the host's\n"
                                                   : "# made by netns-broker from [DNS]\n");

    append_given(text, dns);
    append_servers(text, servers);
    g_string_append(text, host ? host : "");
    append_words(text, "search", dns->domains[0] ? dns->domains : domains);
    append_words(text, "options", dns->options);
    if (of_host)
        append_host_words(text, !dns->domains[0], !dns->options[0]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The first line is a comment, then the servers, then the domains. */
char *resolv_text_with(const char *before, char *const *servers, char *const *domains)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(before, "\n", -1);

    for (char **line = lines; *line; line++) {
        if (!is_server(*line) && **line && !(domains && g_str_has_prefix(*line, "search")))
            g_string_append_printf(text, "%s\n", *line);
        if (line != lines)
            continue;
        append_servers(text, servers);
        append_words(text, "search", domains);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *resolv_text_of_host(const char *before, bool domains, bool options)
{
    g_autofree char *servers = host_servers();
    g_auto(GStrv) lines = g_strsplit(before, "\n", -1);
    g_autoptr(GString) text = g_string_new(NULL);

    for (char **line = lines; *line; line++) {
        if (!is_server(*line) && **line && !(domains && is_domains(*line)) && !(options && is_options(*line)))
            g_string_append_printf(text, "%s\n", *line);
        if (line == lines)
            g_string_append(text, servers ? servers : "");
    }
    append_host_words(text, domains, options);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *resolv_text_pushed(const Conf *conf, char *const *servers, char *const *domains)
{
    g_autoptr(GString) text = g_string_new("# made by netns-broker of what the VPN says\n");

    append_servers(text, servers);
    append_words(text, "search", conf->dns.domains[0] ? conf->dns.domains : domains);
    append_words(text, "options", conf->dns.options);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Where the servers stand: with a resolver of the namespace's own, programs see but that. */
static char *upstream_path(const char *name)
{
    return g_build_filename(RUN_DIR, "resolver", name, "upstream.conf", NULL);
}

char *resolv_read(const char *name)
{
    g_autofree char *upstream = upstream_path(name), *seen = etc_file_path(name, "resolv.conf");
    char *text = NULL;

    if (!g_file_get_contents(upstream, &text, NULL, NULL))
        (void)g_file_get_contents(seen, &text, NULL, NULL);
    return text;
}

bool resolv_write(const char *name, const char *text, bool resolver, GError **error)
{
    g_autofree char *upstream = upstream_path(name);
    g_autofree char *local = resolver ? resolv_text_with(text, resolver_address, NULL) : NULL;

    if (!resolver)
        (void)unlink(upstream);
    else if (!etc_text_write_private(upstream, text, error))
        return false;
    return etc_file_write(name, "resolv.conf", local ? local : text, error);
}

static void add_servers(GPtrArray *list, const char *text)
{
    g_auto(GStrv) servers = resolv_line_servers(text ? text : "");

    for (char **server = servers; *server; server++)
        g_ptr_array_add(list, g_strdup(*server));
}

static void add_file(GPtrArray *list, const char *file)
{
    g_autofree char *text = NULL;

    if (g_file_get_contents(file, &text, NULL, NULL))
        add_servers(list, text);
}

char **resolv_servers(const char *text)
{
    GPtrArray *list = g_ptr_array_new();

    add_servers(list, text);
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

char **resolv_asked(const char *name, const char *text)
{
    GPtrArray *list = g_ptr_array_new();
    g_autofree char *own = etc_own_path(name, "resolv.conf");

    add_file(list, own);
    add_servers(list, text);
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

char **resolv_host_servers(void)
{
    GPtrArray *list = g_ptr_array_new();
    bool stub = false;
    g_autofree char *backup = vpnc_file("resolv.conf-backup");
    g_autofree char *saved = backup ? usable_servers(backup, &stub) : NULL,
                    *own = usable_servers(RESOLV_CONF, &stub), *upstream = host_servers();

    add_servers(list, saved);
    add_servers(list, own);
    add_servers(list, upstream);
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}
