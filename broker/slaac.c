/* slaac.c - see slaac.h. */
#include "slaac.h"

#include "ip.h"
#include "sysctl.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

bool slaac_is_set(const LinkConf *link)
{
    return link->privacy != PRIVACY_KERNEL || link->generation != GENERATION_KERNEL ||
           link->token.family != AF_UNSPEC;
}

static bool set(const LinkPlan *link, const char *name, const char *value, const char *key, GError **error)
{
    g_autofree char *path = g_strdup_printf("net/ipv6/conf/%s/%s", link->name, name), *cite = NULL;

    if (sysctl_write(path, value, error))
        return true;
    cite = conf_cite(link->conf->lines, key);
    g_prefix_error(error, "%s: ", cite);
    return false;
}

/* The kernel's words for use_tempaddr (ip-sysctl.rst). */
static bool set_privacy(const LinkPlan *link, GError **error)
{
    const char *value = link->conf->privacy == PRIVACY_NO              ? "0"
                        : link->conf->privacy == PRIVACY_PREFER_PUBLIC ? "1"
                                                                       : "2";

    return link->conf->privacy == PRIVACY_KERNEL ||
           set(link, "use_tempaddr", value, "IPv6PrivacyExtensions", error);
}

/* Without one the kernel makes no stable addresses, and it has none until it is given one. */
static bool set_secret(const LinkPlan *link, GError **error)
{
    static const char key[] = "IPv6LinkLocalAddressGenerationMode";
    g_autofree char *text = NULL, *cite = NULL;

    if (link->conf->generation != GENERATION_STABLE)
        return true;
    if (link->secret.family == AF_INET6) {
        text = ip_address_format(&link->secret);
        return set(link, "stable_secret", text, key, error);
    }
    cite = conf_cite(link->conf->lines, key);
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID,
                "%s: nothing is stable here: this machine has no /etc/machine-id", cite);
    return false;
}

bool slaac_set(const LinkPlan *link, GError **error)
{
    return set_privacy(link, error) && set_secret(link, error);
}

void slaac_queue(const LinkPlan *link, Nl *inside)
{
    const LinkConf *conf = link->conf;
    bool token = conf->token.family == AF_INET6, generation = conf->generation != GENERATION_KERNEL;
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC, .ifi_index = (int)link->index};
    g_autofree char *cite = NULL;
    struct nlattr *families, *family;
    struct nlmsghdr *h;

    if (!token && !generation)
        return;
    cite = conf_cite(conf->lines, token ? "IPv6Token" : "IPv6LinkLocalAddressGenerationMode");
    h = nl_add(inside, g_strdup_printf("%s: %s does not take it", cite, link->name), RTM_NEWLINK, 0, &header,
               sizeof header);
    families = mnl_attr_nest_start(h, IFLA_AF_SPEC);
    family = mnl_attr_nest_start(h, AF_INET6);
    if (token)
        mnl_attr_put(h, IFLA_INET6_TOKEN, sizeof conf->token.v6, &conf->token.v6);
    if (generation)
        mnl_attr_put_u8(h, IFLA_INET6_ADDR_GEN_MODE, (uint8_t)(conf->generation - GENERATION_EUI64));
    mnl_attr_nest_end(h, family);
    mnl_attr_nest_end(h, families);
}
