/* hosts.c - see hosts.h. .internal is nobody's on the Internet (ICANN, 2024). */
#include "hosts.h"

#include "etc-file.h"
#include "ip.h"

#include <string.h>

#define DOMAIN ".netns.internal"
#define HOST "host"

/* The addresses under @key of all links to the host. */
static void append_lines(GString *text, const json_t *detail, const char *key, const char *name)
{
    size_t i, j;
    json_t *link, *address;

    json_array_foreach(json_object_get(detail, "links"), i, link)
    {
        json_array_foreach(json_object_get(link, key), j, address)
        {
            IpPrefix prefix;
            if (!json_is_true(json_object_get(link, "wire")) || !json_is_string(address) ||
                !ip_prefix_parse(json_string_value(address), &prefix, NULL) ||
                (prefix.address.family == AF_INET6 && ip_address_is_link_local(&prefix.address)))
                continue;
            g_autofree char *plain = ip_address_format(&prefix.address);
            g_string_append_printf(text, "%s %s" DOMAIN "\n", plain, name);
        }
    }
}

/* NULL: it would say no more than the host's. */
static char *contents(Reach *reach, const char *name)
{
    const json_t *detail = reach_detail(reach, name), *list = json_object_get(detail, "namespace_access");
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *own = NULL;
    size_t i, length;
    json_t *other;

    if (json_is_true(json_object_get(detail, "host_access")))
        append_lines(text, detail, "host_addresses", HOST);
    json_array_foreach(list, i, other) if (g_strcmp0(json_string_value(other), HOST) != 0) append_lines(
        text, reach_detail(reach, json_string_value(other)), "addresses", json_string_value(other));
    if (text->len == 0 && !list)
        return NULL;
    g_string_prepend(text, "# made by netns-broker from [NAT]\n");
    if (g_file_get_contents("/etc/hosts", &own, &length, NULL)) {
        if (length > 0 && own[length - 1] != '\n')
            g_string_prepend_c(text, '\n');
        g_string_prepend(text, own);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

bool hosts_write(Reach *reach, const char *name, GError **error)
{
    g_autofree char *text = contents(reach, name);

    return text ? etc_file_write(name, "hosts", text, error) : etc_file_remove(name, "hosts", error);
}
