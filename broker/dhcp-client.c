/* dhcp-client.c - see dhcp-client.h.
 *
 * dhcpcd does everything and is the first choice. A configuration of the host's own (/etc/dhcpcd.conf,
 * /etc/dhcp/dhclient.conf) is not read: what it says of the host's eth0 is not meant for another one. All of
 * them stay in the foreground, so that the process that was started is the one that is there. */
#include "dhcp-client.h"

#include "link.h"
#include "paths.h"
#include "printable.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define DUID_FILE "duid"
#define WORD_MAX 160

static void add(GPtrArray *argv, const char *word)
{
    g_ptr_array_add(argv, g_strdup(word));
}

static void add_two(GPtrArray *argv, const char *option, const char *value)
{
    add(argv, option);
    add(argv, value);
}

/* For the script: grant-take.c. */
static void add_variables(GPtrArray *argv, const DhcpUse *use, const char *client)
{
    g_ptr_array_add(argv, g_strdup("-e"));
    g_ptr_array_add(argv, g_strconcat("NETNS=", use->name, NULL));
    g_ptr_array_add(argv, g_strdup("-e"));
    g_ptr_array_add(argv, g_strconcat("NETNS_LINK=", use->link->label, NULL));
    g_ptr_array_add(argv, g_strdup("-e"));
    g_ptr_array_add(argv, g_strconcat("NETNS_CLIENT=", client, NULL));
}

/* Sixteen bytes for this machine, namespace and link: the same at each start, also where nothing could be
 * kept. As an UUID of DUID-UUID (RFC 6355). */
static void identity(const DhcpUse *use, guint8 ret[16])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *machine = NULL;
    guint8 digest[32];
    gsize length = sizeof digest;

    (void)g_file_get_contents("/etc/machine-id", &machine, NULL, NULL);
    for (const char *const *part = (const char *const[]){"netns-broker DUID", machine ? machine : "",
                                                         use->name, use->link->label, NULL};
         *part; part++)
        g_checksum_update(sum, (const guchar *)*part, (gssize)strlen(*part) + 1);
    g_checksum_get_digest(sum, digest, &length);
    memcpy(ret, digest, 16);
}

/* "00:04:12:…" with @between ':' and no @front; "\\x00\\x04…" likewise. */
static char *duid(const DhcpUse *use, const char *front, const char *between)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint8 bytes[18] = {0, 4};

    identity(use, bytes + 2);
    for (size_t i = 0; i < sizeof bytes; i++)
        g_string_append_printf(text, "%s%s%02x", i ? between : "", front, bytes[i]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool write_file(const char *path, const char *text, GError **error)
{
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

/* Once: what is there stays. */
static bool write_first(const char *path, const char *text, GError **error)
{
    return access(path, F_OK) == 0 || write_file(path, text, error);
}

/* -B: foreground; -L: no address of its own invention (169.254/16); --nodev: nobody is udev in there; -t 0:
 * it goes on asking for as long as it takes. */
static bool dhcpcd_prepare(const DhcpUse *use, Families family, GPtrArray *argv, GError **error)
{
    static const char *const options[] = {"domain_name_servers", "domain_name", "domain_search",
                                          "classless_static_routes"};
    g_autofree char *file = g_build_filename(use->kept, DUID_FILE, NULL), *id = duid(use, "", ":");
    g_autofree char *line = g_strconcat(id, "\n", NULL);

    for (const char *const *word = (const char *const[]){"-B", "-q", "-L", "--nodev", "-t", "0", NULL}; *word;
         word++)
        add(argv, *word);
    if (family != FAMILIES_BOTH)
        add(argv, family == FAMILIES_IPV4 ? "-4" : "-6");
    add_two(argv, "-f", use->link->dhcp_file ? use->link->dhcp_file : "/dev/null");
    add_two(argv, "-c", LEASE_PATH);
    add_variables(argv, use, "dhcpcd");
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        add_two(argv, "-o", options[i]);
    if (use->shares_mac) {
        add(argv, "-J");
        add(argv, "-D");
    }
    /* it knows no token: addresses are the kernel's then, as with dhclient */
    if ((use->link->accept_ra == TRISTATE_NO || use->link->token.family == AF_INET6) &&
        (family & FAMILIES_IPV6)) {
        add(argv, "--noipv6rs");
        add(argv, "--ia_na");
    }
    add(argv, use->interface);
    return write_first(file, line, error);
}

static const char dhclient_conf[] =
    "# made by netns-broker\n"
    "option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;\n"
    "timeout 60;\nretry 10;\nreboot 5;\ninitial-interval 2;\nbackoff-cutoff 15;\n"
    "request subnet-mask, broadcast-address, routers, rfc3442-classless-static-routes, domain-name,\n"
    "    domain-name-servers, domain-search, dhcp6.name-servers, dhcp6.domain-search;\n";

/* The DUID goes into the lease file before there is a lease: dhclient.leases(5), default-duid. */
static bool dhclient_prepare(const DhcpUse *use, Families family, GPtrArray *argv, GError **error)
{
    bool six = family == FAMILIES_IPV6;
    g_autofree char *leases = g_build_filename(use->kept, six ? "dhclient6.leases" : "dhclient.leases", NULL);
    g_autofree char *id = duid(use, "\\x", ""), *first = g_strdup_printf("default-duid \"%s\";\n", id);

    add(argv, "-d"); /* not -q, with which it does not print what it ends for either */
    add(argv, six ? "-6" : "-4");
    add_two(argv, "-cf", use->link->dhcp_file ? use->link->dhcp_file : use->conf_file);
    add_two(argv, "-lf", leases);
    add_two(argv, "-pf", "/dev/null");
    add_two(argv, "-sf", LEASE_PATH);
    add_variables(argv, use, "dhclient");
    add(argv, use->interface);
    return write_first(leases, first, error) &&
           (use->link->dhcp_file || write_file(use->conf_file, dhclient_conf, error));
}

/* 119: domains to search, 121: routes, by their numbers, as not every build knows their names. -A: seconds
 * until it tries again. */
static bool udhcpc_prepare(const DhcpUse *use, Families family, GPtrArray *argv, GError **error)
{
    g_autofree char *id = duid(use, "", ""), *option = g_strconcat("0x3d:ff00000001", id, NULL);

    for (const char *const *word = (const char *const[]){"-f", "-S", "-t", "4", "-T", "2", "-A", "5", "-O",
                                                         "119", "-O", "121", NULL};
         *word; word++)
        add(argv, *word);
    add_two(argv, "-s", LEASE_PATH);
    add_two(argv, "-i", use->interface);
    if (use->shares_mac) {
        add(argv, "-B");
        add(argv, "-C");
        add_two(argv, "-x", option);
    }
    return true;
}

#define PATHS(NAME)                                                                                          \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        "/usr/sbin/" NAME, "/sbin/" NAME, "/usr/bin/" NAME, "/bin/" NAME, NULL                               \
    }

static const DhcpClient clients[] = {
    {.name = "dhcpcd",
     .word = DHCP_DHCPCD,
     .families = FAMILIES_BOTH,
     .at_once = true,
     .programs = PATHS("dhcpcd"),
     .covered = (const char *const[]){"/run/dhcpcd", "/var/lib/dhcpcd", "/var/db/dhcpcd", NULL},
     /* "print the lease of": 9.4 and 10.1 read the file first, and need no privilege, nor write anything */
     .trial = (const char *const[]){"-f", CLIENT_FILE, "-U", "lo", NULL},
     .usual = (const char *const[]){"dhcpcd is not running", NULL},
     .prepare = dhcpcd_prepare},
    {.name = "dhclient",
     .word = DHCP_DHCLIENT,
     .families = FAMILIES_BOTH,
     .unicast = true,
     .programs = PATHS("dhclient"),
     /* "configure no interface": in a namespace without one it ends behind the file (4.4.3) */
     .trial = (const char *const[]){"-n", "-d", "-4", "-lf", "/dev/null", "-pf", "/dev/null", "-sf",
                                    "/bin/true", "-cf", CLIENT_FILE, NULL},
     .usual = (const char *const[]){"Internet Systems Consortium", "Copyright", "All rights", "For info",
                                    "Listening on", "Sending on", "DHCP", "XMT:", "RCV:", "PRC:", "X--",
                                    "Created duid", "bound to", "No broadcast interfaces", NULL},
     .prepare = dhclient_prepare},
    {.name = "udhcpc",
     .word = DHCP_UDHCPC,
     .families = FAMILIES_IPV4,
     .programs = PATHS("udhcpc"),
     .prepare = udhcpc_prepare},
};

static const char *program_of(const DhcpClient *client)
{
    for (const char *const *program = client->programs; *program; program++)
        if (access(*program, X_OK) == 0)
            return *program;
    return NULL;
}

static bool is_usual(const DhcpClient *client, const char *line)
{
    for (const char *const *usual = client->usual; usual && *usual; usual++)
        if (g_str_has_prefix(line, *usual))
            return true;
    return false;
}

char *dhcp_client_word(const DhcpClient *client, const char *words)
{
    g_autofree char *clean = NULL;
    g_auto(GStrv) lines = g_strsplit(words, "\n", -1);

    for (char **line = lines; !clean && *line; line++)
        if (*g_strstrip(*line) && !is_usual(client, *line)) {
            g_autofree char *head = g_strndup(*line, WORD_MAX);
            clean = printable(head);
        }
    return g_steal_pointer(&clean);
}

Families dhcp_client_families(const DhcpClient *client, const LinkConf *link)
{
    bool deaf = client->unicast && link->kind->shares_mac;

    return link->dhcp & client->families & (deaf ? FAMILIES_IPV6 : FAMILIES_BOTH);
}

const DhcpClient *dhcp_client_find(const LinkConf *link, const char *name, const char **ret_program)
{
    for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
        const DhcpClient *client = &clients[i];
        bool meant = (link->dhcp_client == DHCP_AUTO || link->dhcp_client == client->word) &&
                     (!name || g_str_equal(name, client->name));
        const char *program = meant && dhcp_client_families(client, link) ? program_of(client) : NULL;
        if (program) {
            *ret_program = program;
            return client;
        }
    }
    return NULL;
}

/* Without a client, which would do: "dhcpcd, dhclient or udhcpc". */
static char *that_would_do(const LinkConf *link)
{
    g_autoptr(GString) names = g_string_new(clients[0].name);

    for (size_t i = 1; i < G_N_ELEMENTS(clients); i++)
        if (dhcp_client_families(&clients[i], link))
            g_string_append_printf(names, ", %s", clients[i].name);
    char *last = strrchr(names->str, ',');
    if (!last)
        return g_string_free(g_steal_pointer(&names), FALSE);
    *last = '\0';
    return g_strconcat(names->str, " or", last + 1, NULL);
}

char *dhcp_client_why_not(const LinkConf *link)
{
    g_autofree char *names = that_would_do(link);

    for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
        if (link->dhcp_client == clients[i].word)
            return g_strdup_printf("%s is not installed", clients[i].name);
    return g_strdup_printf("no DHCP client%s is installed: install %s, or write DHCP=no",
                           link->kind->shares_mac ? " that can do this" : "", names);
}

char *dhcp_client_limit(const DhcpClient *client, const LinkConf *link)
{
    Families families = dhcp_client_families(client, link);

    if (link->dhcp & ~families & FAMILIES_IPV6)
        return g_strdup_printf("%s asks for IPv4 addresses only; IPv6 ones come by router advertisements",
                               client->name);
    return link->dhcp & ~families
               ? g_strdup_printf("%s cannot ask for an IPv4 address on this kind of link", client->name)
               : NULL;
}
