/* page.c - the JSON of status.h as text for people.
 *
 * Everything printed comes from elsewhere (files, the kernel, command lines): control characters never reach
 * the terminal. */
#include "page.h"

#include "leased.h"
#include "page-services.h"
#include "printable.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KEY_WIDTH 12 /* "Description:" */

static char *get(const json_t *object, const char *key)
{
    return printable(json_string_value(json_object_get(object, key)));
}

/* A string, or a number as text ("table": "main" or 100). "" when absent. */
static char *get_any(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
                                  : get(object, key);
}

static void column(const char *text, size_t width)
{
    size_t length = (size_t)g_utf8_strlen(text, -1);
    printf("%s%*s  ", text, length < width ? (int)(width - length) : 0, "");
}

static char *get_cell(const json_t *entry, const char *key)
{
    return strcmp(key, "services") == 0 ? services_join(entry, true) : get(entry, key);
}

/* A file that cannot be read says nothing of itself; of one that is broken the reason is what matters. */
static char *description_of(const json_t *entry)
{
    g_autofree char *why = get(entry, "why");

    if (*why)
        return g_strdup_printf("(%s)", why);
    if (json_object_get(entry, "gone"))
        return g_strdup("(its file has gone)");
    return json_object_get(entry, "error") ? g_strdup("(its file is not right: see netnsctl check)")
                                           : get(entry, "description");
}

/* Services have a column where there are any. */
static size_t columns_of(const json_t *list)
{
    size_t i;
    const json_t *entry;
    json_array_foreach((json_t *)list, i, entry)
    {
        if (json_object_get(entry, "services") || json_object_get(entry, "user_services"))
            return 4;
    }
    return 3;
}

void page_list(const json_t *list, bool legend)
{
    static const char *const keys[] = {"name", "state", "type", "services"};
    static const char *const heads[] = {"NAME", "STATE", "TYPE", "SERVICES"};
    size_t width[G_N_ELEMENTS(keys)], columns = columns_of(list), i;
    const json_t *entry;
    for (size_t k = 0; k < columns; k++) {
        width[k] = legend ? strlen(heads[k]) : 1;
        json_array_foreach((json_t *)list, i, entry)
        {
            g_autofree char *text = get_cell(entry, keys[k]);
            width[k] = MAX(width[k], (size_t)g_utf8_strlen(text, -1));
        }
    }
    for (size_t k = 0; legend && k < columns; k++)
        column(heads[k], width[k]);
    if (legend)
        puts("DESCRIPTION");
    json_array_foreach((json_t *)list, i, entry)
    {
        for (size_t k = 0; k < columns; k++) {
            g_autofree char *text = get_cell(entry, keys[k]);
            column(*text ? text : "-", width[k]);
        }
        g_autofree char *description = description_of(entry);
        puts(*description ? description : "-");
    }
}

void page_names(const json_t *list)
{
    size_t i;
    const json_t *entry;
    json_array_foreach((json_t *)list, i, entry)
    {
        g_autofree char *name = get(entry, "name");
        puts(name);
    }
}

/* The key in front of the first line of its values, blanks in front of the others. */
static void line(const char **key, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void line(const char **key, const char *format, ...)
{
    va_list arguments;
    printf("%*s%s ", KEY_WIDTH - 1, *key, **key ? ":" : " ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    *key = "";
}

static void state_print(const json_t *entry)
{
    g_autofree char *state = get(entry, "state"), *why = get(entry, "why");
    const char *key = "State";

    line(&key, "%s%s%s", state, *why ? ": " : "", why);
}

static void line_of(const json_t *entry, const char *name, const char *key)
{
    g_autofree char *text = get(entry, key);
    if (*text)
        line(&name, "%s", text);
}

/* "DHCP (dhcpcd): of 192.0.2.1, until 2026-11-27 22:15" */
static void lease_print(const char **key, const json_t *lease)
{
    static const char *const sources[][2] = {
        {"ipv4", "DHCP"}, {"ipv6", "DHCPv6"}, {"ra", "router advertisement"}};
    g_autofree char *client = get(lease, "client");
    const char *missing = lease ? leased_missing(lease) : NULL;
    bool none = g_strcmp0(missing, "lease") == 0, ended = json_is_true(json_object_get(lease, "ended"));

    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        const json_t *one = json_object_get(lease, sources[i][0]);
        gint64 at = leased_part_end(one);
        g_autoptr(GDateTime) end = at < G_MAXINT64 ? g_date_time_new_from_unix_local(at) : NULL;
        bool over = end && g_date_time_to_unix(end) < g_get_real_time() / G_USEC_PER_SEC;
        g_autofree char *until =
            end ? g_date_time_format(end, over ? ", ran out %F %T" : ", until %F %T") : NULL;
        g_autofree char *server = get(one, "server");
        if (!one)
            continue;
        line(key, "    %s (%s)%s%s%s", sources[i][1], client, *server ? " of " : "", server,
             until ? until : "");
    }
    if (ended)
        line(key, "    %s: %s has ended", none ? "no lease" : "nobody renews that", client);
    else if (missing)
        line(key, "    no %s yet (%s is asking)", missing, client);
}

static void links_print(const json_t *links)
{
    const char *key = "Links";
    size_t i, j;
    const json_t *link, *address;
    json_array_foreach((json_t *)links, i, link)
    {
        g_autofree char *name = get(link, "name"), *kind = get(link, "kind"), *state = get(link, "state");
        g_autofree char *mac = get(link, "mac"), *peer = get(link, "peer"), *mtu = get_any(link, "mtu");
        line(&key, "%s (%s) %s, mtu %s%s%s%s%s", name, kind, state, mtu, *mac ? ", " : "", mac,
             *peer ? ", other end " : "", peer);
        json_array_foreach(json_object_get(link, "addresses"), j, address)
        {
            g_autofree char *text = printable(json_string_value(address));
            line(&key, "    %s", text);
        }
        lease_print(&key, json_object_get(link, "lease"));
    }
}

static void append_pair(GString *text, const char *word, const json_t *object, const char *key)
{
    g_autofree char *value = get_any(object, key);
    if (*value)
        g_string_append_printf(text, " %s %s", word, value);
}

static void route_print(const char **key, const json_t *route)
{
    g_autofree char *destination = get(route, "destination"), *type = get(route, "type");
    g_autofree char *table = get_any(route, "table");
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    const json_t *hop;
    if (strcmp(type, "unicast") != 0)
        g_string_append_printf(text, "%s ", type);
    g_string_append(text, destination);
    append_pair(text, "via", route, "gateway");
    append_pair(text, "dev", route, "link");
    json_array_foreach(json_object_get(route, "nexthops"), i, hop)
    {
        g_string_append(text, " nexthop");
        append_pair(text, "via", hop, "gateway");
        append_pair(text, "dev", hop, "link");
    }
    append_pair(text, "src", route, "source");
    append_pair(text, "metric", route, "metric");
    if (strcmp(table, "main") != 0)
        append_pair(text, "table", route, "table");
    line(key, "%s", text->str);
}

static void routes_print(const json_t *routes)
{
    const char *key = "Routes";
    size_t i;
    const json_t *route;
    json_array_foreach((json_t *)routes, i, route)
    {
        route_print(&key, route);
    }
}

static void rule_print(const char **key, const json_t *rule)
{
    g_autofree char *priority = get_any(rule, "priority"), *family = get(rule, "family");
    g_autofree char *action = get(rule, "action"), *from = get(rule, "from");
    g_autoptr(GString) text = g_string_new(json_is_true(json_object_get(rule, "invert")) ? "not " : "");
    g_string_append_printf(text, "from %s", *from ? from : "all");
    append_pair(text, "to", rule, "to");
    append_pair(text, "fwmark", rule, "mark");
    append_pair(text, "iif", rule, "incoming");
    append_pair(text, "oif", rule, "outgoing");
    append_pair(text, "uidrange", rule, "uids");
    if (strcmp(action, "table") == 0)
        append_pair(text, "lookup", rule, "table");
    else
        g_string_append_printf(text, " %s", action);
    line(key, "%s: %s (%s)", priority, text->str, family);
}

static void rules_print(const json_t *rules)
{
    const char *key = "Rules";
    size_t i;
    const json_t *rule;
    json_array_foreach((json_t *)rules, i, rule)
    {
        rule_print(&key, rule);
    }
}

/* "eth0 via 192.168.1.1 (IPv4)"; what was wanted where there is none. */
static void uplink_print(const json_t *uplink)
{
    static const char *const families[][2] = {{"ipv4", "IPv4"}, {"ipv6", "IPv6"}};
    const char *key = "Uplink";
    if (!uplink)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        const json_t *way = json_object_get(uplink, families[i][0]);
        g_autofree char *interface = get(way, "interface");
        g_autoptr(GString) text = g_string_new(*interface ? interface : "none now: nothing leaves");
        append_pair(text, "via", way, "gateway");
        line(&key, "%s (%s)", text->str, families[i][1]);
    }
}

static void words_print(const char *key, const json_t *words)
{
    size_t i;
    const json_t *word;
    g_autoptr(GString) text = g_string_new(NULL);
    json_array_foreach((json_t *)words, i, word)
    {
        g_autofree char *clean = printable(json_string_value(word));
        g_string_append_printf(text, "%s%s", text->len ? " " : "", clean);
    }
    if (text->len)
        line(&key, "%s", text->str);
}

static void services_print(const json_t *entry)
{
    const char *key = "Services", *wants = "To do";
    g_autofree char *units = services_join(entry, false);
    g_autoptr(GPtrArray) advice = services_advice(entry);

    if (*units)
        line(&key, "%s", units);
    for (guint i = 0; i < advice->len; i++)
        line(&wants, "%s", (const char *)advice->pdata[i]);
}

static void reach_print(const json_t *entry)
{
    json_t *words = json_array();

    if (json_is_true(json_object_get(entry, "host_access")))
        json_array_append_new(words, json_string("the host"));
    json_array_extend(words, json_object_get(entry, "namespace_access"));
    words_print("May reach", words);
    json_decref(words);
}

static void ports_print(const json_t *ports)
{
    const char *key = "Ports";
    size_t i, j;
    const json_t *port, *to;
    json_array_foreach((json_t *)ports, i, port)
    {
        g_autofree char *listen = get(port, "listen"), *protocol = get(port, "protocol");
        g_autoptr(GString) text = g_string_new(NULL);
        json_array_foreach(json_object_get(port, "to"), j, to)
        {
            g_autofree char *clean = printable(json_string_value(to));
            g_string_append_printf(text, "%s%s", j ? ", " : "", clean);
        }
        line(&key, "%s %s to %s", strcmp(protocol, "both") == 0 ? "tcp, udp" : protocol, listen, text->str);
    }
}

static void processes_print(const json_t *processes)
{
    const char *key = "Inside";
    size_t i;
    const json_t *process;
    json_array_foreach((json_t *)processes, i, process)
    {
        g_autofree char *pid = get_any(process, "pid"), *uid = get_any(process, "uid");
        g_autofree char *user = get(process, "user"), *command = get(process, "command");
        line(&key, "%s %s %s", pid, *user ? user : uid, command);
    }
}

static void obstacles_print(const json_t *obstacles)
{
    const char *key = "Obstacles";
    size_t i;
    const json_t *obstacle;
    json_array_foreach((json_t *)obstacles, i, obstacle)
    {
        g_autofree char *program = get(obstacle, "program"), *family = get(obstacle, "family");
        g_autofree char *table = get(obstacle, "table"), *chain = get(obstacle, "chain");
        g_autofree char *in = get(obstacle, "in"), *rule = get(obstacle, "rule");
        g_autofree char *tool = get(obstacle, "tool"), *why = get(obstacle, "why");
        line(&key, "%s%s%s %s %s (%s): %s%s%s; %s", program, *program ? ": " : "", family, table, chain, tool,
             in, *in ? ": " : "", *rule ? rule : "policy drop", why);
    }
}

static void etc_print(void)
{
    const char *key = "Etc";

    line(&key, "programs see the host's files in /etc, resolv.conf too (MountEtc=no)");
}

void page_status(const json_t *entry)
{
    const json_t *dns = json_object_get(entry, "dns");
    g_autofree char *name = get(entry, "name");
    printf("%s\n", name);
    line_of(entry, "Description", "description");
    state_print(entry);
    line_of(entry, "Type", "type");
    line_of(entry, "Error", "error");
    line_of(entry, "Ruleset", "ruleset");
    links_print(json_object_get(entry, "links"));
    routes_print(json_object_get(entry, "routes"));
    rules_print(json_object_get(entry, "rules"));
    uplink_print(json_object_get(entry, "uplink"));
    words_print("DNS", json_object_get(dns, "servers"));
    if (json_object_get(entry, "etc"))
        etc_print();
    words_print("Domains", json_object_get(dns, "domains"));
    obstacles_print(json_object_get(entry, "obstacles"));
    ports_print(json_object_get(entry, "ports"));
    reach_print(entry);
    services_print(entry);
    processes_print(json_object_get(entry, "processes"));
}
