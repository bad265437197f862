/* opening.c - see opening.h. Closed first: whatever forwards, or may be come to by the loopback, does so
 * after the firewall has the rules for it. */
#include "opening.h"

#include "firewall.h"
#include "forwarding.h"
#include "hosts.h"
#include "link.h"
#include "lock.h"
#include "ports.h"
#include "reach.h"
#include "wake.h"
#include "ways.h"

#include <unistd.h>

typedef struct Opening {
    const Conf *conf;
    const json_t *detail;
    Reach *reach;
    Nl *host;
} Opening;

bool opening_is_wanted(const Conf *conf)
{
    g_auto(GStrv) others = firewall_wanting("reach");

    return conf->ports->len > 0 || conf->nat.namespace_access[0] || others[0];
}

/* In which families the host must forward for @name, beyond what is masqueraded. */
static Families families_of(const Opening *opening, const char *name, bool related)
{
    const json_t *detail = reach_detail(opening->reach, name);

    return ports_families(detail) | (related ? reach_families(detail) : FAMILIES_NONE);
}

/* The firewall's part of it, and what is no firewall's. */
static bool want(const Opening *opening, const char *name, const Network *network, GError **error)
{
    const json_t *detail = reach_detail(opening->reach, name);

    return reach_want(opening->reach, name, error) &&
           (!network || ways_set_again(name, detail, network, opening->host, error)) &&
           hosts_write(opening->reach, name, error);
}

/* Another namespace that goes down removes its own at any moment. */
static bool set_end(Nl *host, const char *host_name, Families families, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (!nl_ifindex(host, host_name) || forwarding_set_end(host_name, families, &why) ||
        !nl_ifindex(host, host_name))
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

static bool forward(const Opening *opening, const char *name, bool related, GError **error)
{
    Families families = families_of(opening, name, related);
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(reach_detail(opening->reach, name), "links"), i, link)
    {
        const char *host_name = json_string_value(json_object_get(link, "host"));
        if (json_is_true(json_object_get(link, "wire")) && host_name &&
            !set_end(opening->host, host_name, families, error))
            return false;
    }
    return true;
}

/* Only a namespace with Uplink= has other ways than the host. */
static bool any_ways(const Opening *opening, char *const *names)
{
    for (; *names; names++)
        if (json_object_get(reach_detail(opening->reach, *names), "uplink"))
            return true;
    return false;
}

static bool open_it(const Opening *opening, GError **error)
{
    const char *name = opening->conf->name;
    if (opening->conf->nat.namespace_access[0] && !reach_announce(name, error))
        return false;
    g_auto(GStrv) related = reach_related(opening->reach, name);
    bool any = related[0] || opening->conf->nat.namespace_access[0];
    Families families = families_of(opening, name, any);
    g_autoptr(Network) network = NULL;

    if (!any && opening->conf->ports->len == 0)
        return hosts_write(opening->reach, name, error);
    if (any && (json_object_get(opening->detail, "uplink") || any_ways(opening, related))) {
        network = network_read(opening->host, error);
        if (!network)
            return false;
    }
    if (!ports_want(opening->conf, opening->detail, error) || !want(opening, name, network, error))
        return false;
    for (char **other = related; *other; other++)
        if (!want(opening, *other, network, error))
            return false;
    /* clients may come by an interface that came since the host forwards */
    if (!forwarding_need(name, families, opening->conf->ports->len > 0, opening->host, error) ||
        !forward(opening, name, any, error))
        return false;
    for (char **other = related; *other; other++)
        if (!forward(opening, *other, true, error))
            return false;
    return ports_set_loopback(opening->conf, opening->detail, opening->host, error);
}

bool opening_set(const Conf *conf, const json_t *detail, Nl *host, GError **error)
{
    g_autoptr(Reach) reach = reach_new(conf->name, detail);
    Opening opening = {conf, detail, reach, host};
    int lock;
    bool fine;

    if (!opening_is_wanted(conf))
        return hosts_write(reach, conf->name, error);
    lock = lock_take(LOCK_HOST, error);
    if (lock < 0)
        return false;
    fine = open_it(&opening, error);
    lock_release(lock);
    watch_follow();
    if (fine)
        ports_forget_before(conf);
    return fine;
}
