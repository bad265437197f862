/* doctor-inside.c - checks of netnsctl doctor: what was put into the namespace and may have been taken out by
 * hand: addresses, default routes, its own rules. `up` of an unchanged file does not look inside. */
#include "doctor-check.h"
#include "doctor-host.h"
#include "doctor-route.h"
#include "ip.h"
#include "listing.h"
#include "nl-nft.h"
#include "nsfs.h"
#include "resolver.h"
#include "ruleset-file.h"

#include <string.h>
#include <unistd.h>

char *patient_anew(const Patient *patient)
{
    return g_strdup_printf("netnsctl restart %s makes all of it anew", patient->name);
}

static bool has_text(const json_t *list, const char *text)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        if (g_strcmp0(json_string_value(item), text) == 0)
            return true;
    }
    return false;
}

/* The link of this name as status sees it; NULL: none. */
static const json_t *live_link(const Patient *patient, const char *name)
{
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(patient->status, "links"), i, link)
    {
        if (g_strcmp0(json_string_value(json_object_get(link, "name")), name) == 0)
            return link;
    }
    return NULL;
}

/* A link that is not there is the finding of doctor_check_ends(). */
static void check_addresses(Patient *patient, const json_t *made)
{
    const char *name = json_string_value(json_object_get(made, "name"));
    const json_t *live = name ? json_object_get(live_link(patient, name), "addresses") : NULL;
    size_t i;
    json_t *address;

    json_array_foreach(live ? json_object_get(made, "addresses") : NULL, i, address)
    {
        if (!has_text(live, json_string_value(address)))
            finding_add(
                patient, FINDING_BROKEN, "links",
                g_strdup_printf("%s inside has lost its address %s", name, json_string_value(address)),
                patient_anew(patient));
    }
}

static bool has_family(const GPtrArray *prefixes, int family)
{
    for (guint i = 0; i < prefixes->len; i++)
        if (((const IpPrefix *)prefixes->pdata[i])->address.family == family)
            return true;
    return false;
}

/* Of its chosen subnet: the host may have no IPv6, and then there is none inside. */
static bool was_given_address(const Patient *patient, const LinkConf *conf, int family)
{
    size_t i, j;
    json_t *link, *text;

    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        bool same = g_strcmp0(json_string_value(json_object_get(link, "label")), conf->label) == 0;
        json_array_foreach(same ? json_object_get(link, "addresses") : NULL, j, text)
        {
            IpPrefix prefix;
            if (ip_prefix_parse(json_string_value(text), &prefix, NULL) && prefix.address.family == family)
                return true;
        }
    }
    return false;
}

/* A link that is to be down has no routes. */
static bool was_given_gateway(const Patient *patient, int family)
{
    for (guint i = 0; patient->conf && i < patient->conf->links->len; i++) {
        const LinkConf *link = patient->conf->links->pdata[i];
        if (link->up != TRISTATE_NO &&
            (has_family(link->gateways, family) ||
             (link->subnet_auto == TRISTATE_YES && was_given_address(patient, link, family))))
            return true;
    }
    return false;
}

static void check_default(Patient *patient, int family)
{
    IpAddress unused;
    RouteMatch match;

    if (was_given_gateway(patient, family) &&
        !doctor_route_nowhere(patient->inside, family, 0, NULL, &unused, &match))
        finding_add(patient, FINDING_BROKEN, "routes",
                    g_strdup_printf("inside there is no %s default route any more", family_name(family)),
                    patient_anew(patient));
}

void doctor_check_inside(Patient *patient)
{
    size_t i;
    json_t *made;

    json_array_foreach(json_object_get(patient->record->detail, "links"), i, made)
    {
        check_addresses(patient, made);
    }
    check_default(patient, AF_INET);
    check_default(patient, AF_INET6);
}

static bool any_table_inside(const Patient *patient, GError **error)
{
    int home = nsfs_open_self(error);
    bool any = true;

    if (home >= 0 && nsfs_enter(patient->nsfd, error)) {
        (void)nl_nft_any(LISTING_OURS, &any, error);
        nsfs_return(home);
    }
    if (home >= 0)
        close(home);
    return any;
}

/* Only whether there are tables at all: what is in them may be changed at will (save-firewall). */
void doctor_check_ruleset(Patient *patient)
{
    const Ruleset *ruleset = patient->conf ? patient->conf->firewall.ruleset : NULL;
    g_autoptr(GError) error = NULL;
    bool any;

    if (!ruleset || g_strcmp0(ruleset->digest, patient->record->ruleset) != 0 ||
        !strstr(ruleset->text, "table"))
        return;
    any = any_table_inside(patient, &error);
    if (error)
        finding_add(patient, FINDING_WARNING, "its own firewall", g_strdup(error->message), NULL);
    else if (!any)
        finding_add(
            patient, FINDING_BROKEN, "its own firewall",
            g_strdup_printf("the namespace has no rules any more, and was given those of %s", ruleset->path),
            g_strdup_printf("ip netns exec %s nft -f %s", patient->name, ruleset->path));
}

void doctor_check_resolver(Patient *patient)
{
    const Record *record = patient->record;

    if (resolver_runs(patient->name, record->detail, record->id))
        return;
    finding_add(patient, FINDING_BROKEN, "name servers",
                g_strdup_printf("its %s does not run: no names are found inside",
                                json_string_value(json_object_get(record->detail, RESOLVER))),
                g_strdup_printf("netnsctl start %s starts it again", patient->name));
}
