/* answers.c - see answers.h. */
#include "answers.h"

#include "firewall.h"
#include "forwarding.h"
#include "sysctl.h"

/* Families that only answers may take at end @host_name. */
static Families guarded_at(const char *host_name, Families families, Nl *host)
{
    uint32_t group = nl_ifgroup(host, host_name);
    Families masqueraded = (group & FIREWALL_MASQUERADE_IPV4 ? FAMILIES_IPV4 : 0) |
                           (group & FIREWALL_MASQUERADE_IPV6 ? FAMILIES_IPV6 : 0);

    return (families | forwarding_of_end(host_name)) & ~masqueraded & ~forwarding_of_host();
}

bool answers_want(const char *name, const json_t *detail, Families families, Nl *host, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(detail, "links"), i, link)
    {
        const char *host_name = json_string_value(json_object_get(link, "host"));
        Families guarded = json_is_true(json_object_get(link, "wire")) && host_name
                               ? guarded_at(host_name, families, host)
                               : FAMILIES_NONE;
        if (guarded && !firewall_can_say(host_name)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "nft(8) cannot name the interface %s, with which nothing can be opened", host_name);
            return false;
        }
        if (guarded & FAMILIES_IPV4)
            g_string_append_printf(text, "add element inet " FIREWALL_TABLE " answers { ipv4 . \"%s\" }\n",
                                   host_name);
        if (guarded & FAMILIES_IPV6)
            g_string_append_printf(text, "add element inet " FIREWALL_TABLE " answers { ipv6 . \"%s\" }\n",
                                   host_name);
    }
    return firewall_want(name, "answers", text->len ? text->str : NULL, error);
}

bool answers_forward(const json_t *detail, Families families, Nl *host, GError **error)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(detail, "links"), i, link)
    {
        const char *host_name = json_string_value(json_object_get(link, "host"));
        if (json_is_true(json_object_get(link, "wire")) && host_name && nl_ifindex(host, host_name) &&
            !forwarding_set_end(host_name, families, error))
            return false;
    }
    return true;
}
