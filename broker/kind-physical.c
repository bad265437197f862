/* kind-physical.c - an interface that is there already, of hardware or not: moved in, and given back. */
#include "link.h"
#include "parse.h"

#include <string.h>

typedef struct PhysicalConf {
    char *interface;
    MacAddress mac;
    char *path, *phy;
} PhysicalConf;

static const ConfKey physical_keys[] = {
    CONF_KEY("Interface", PhysicalConf, interface),
    CONF_KEY("PermanentMACAddress", PhysicalConf, mac),
    CONF_KEY("Path", PhysicalConf, path),
    CONF_KEY("Phy", PhysicalConf, phy),
    {},
};

static bool physical_check(const LinkConf *link, GError **error)
{
    const PhysicalConf *physical = link->own;

    if (!physical->interface && !physical->mac.set && !physical->path && !physical->phy)
        return link_fail(link, "Interface", error,
                         "is missing: which interface; or PermanentMACAddress=, Path= or Phy=");
    if ((physical->path || physical->phy) && link->parent_namespace)
        return link_fail(link, physical->path ? "Path" : "Phy", error,
                         "only the host shows where its hardware is");
    if (physical->interface && !if_name_clean(physical->interface, ALTNAME_MAX, error)) {
        g_autofree char *cite = conf_cite(link->lines, "Interface");
        g_prefix_error(error, "%s: ", cite);
        return false;
    }
    if (physical->interface && strpbrk(physical->interface, "*?"))
        return link_fail(link, "Interface", error, "is one name, without * and ?; Kind=vpn takes patterns");
    if (g_strcmp0(physical->interface, "lo") == 0)
        return link_fail(link, "Interface", error, "each namespace has a lo of its own");
    return true;
}

static LinkMatch physical_match(const LinkConf *link)
{
    const PhysicalConf *physical = link->own;
    const char *key = physical->interface ? "Interface"
                      : physical->mac.set ? "PermanentMACAddress"
                      : physical->path    ? "Path"
                                          : "Phy";

    return (LinkMatch){key, physical->interface, physical->mac.set ? &physical->mac : NULL, physical->path,
                       physical->phy};
}

const LinkKind kind_physical = {
    .name = "physical",
    .is_taken = true,
    .conf_size = sizeof(PhysicalConf),
    .keys = physical_keys,
    .check = physical_check,
    .match = physical_match,
};
