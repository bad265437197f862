/* planned.c - see planned.h. */
#include "planned.h"

#include "dns-guard.h"
#include "dns-source.h"
#include "plan.h"
#include "resolver.h"
#include "uplink-table.h"

/* What is about to be made, for whoever finds the record after a kill -9. */
static json_t *planned_links(const Conf *conf)
{
    json_t *links = json_array();

    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        bool create = false;
        const char *outer = link_outer_namespace(link, NULL);
        const char *bridge = link->kind->bridge ? link->kind->bridge(link, &create) : NULL;
        char name[IFNAMSIZ], host_name[IFNAMSIZ], transit[IFNAMSIZ];
        plan_link_names(conf, link, name, host_name);
        plan_transit_name(conf, link, transit);
        json_t *planned =
            json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "label", link->label, "kind",
                      link->kind->name, "name", name, "host", host_name[0] ? host_name : NULL, "transit",
                      transit[0] ? transit : NULL, "peer_namespace",
                      g_strcmp0(outer, conf->name) == 0 ? NULL : outer, "bridge", create ? bridge : NULL);
        if (link->kind->awaits)
            json_object_set_new(planned, "awaited", json_true());
        if (link_is_wire(link))
            json_object_set_new(planned, "wire", json_true());
        if (conf->nat.uplink[0] && link_is_wire(link))
            json_object_set_new(planned, "table", json_integer(uplink_table_number(conf->name, link->label)));
        json_array_append_new(links, planned);
    }
    return links;
}

static void put_words(json_t *detail, const char *key, char *const *words)
{
    json_t *list = json_array();

    for (char *const *word = words; *word; word++)
        json_array_append_new(list, json_string(*word));
    if (words[0])
        json_object_set(detail, key, list);
    json_decref(list);
}

json_t *planned_detail(const Conf *conf)
{
    json_t *detail = json_pack("{s:o, s:{}}", "links", planned_links(conf), "sysctls");

    put_words(detail, "uplink", conf->nat.uplink);
    put_words(detail, "namespace_access", conf->nat.namespace_access);
    if (conf->ns.kill_switch)
        json_object_set_new(detail, "kill_switch", json_true());
    if (conf->nat.host_access)
        json_object_set_new(detail, "host_access", json_true());
    dns_source_note(conf, detail);
    if (dns_guard_ports(conf))
        json_object_set_new(detail, DNS_GUARD_PORTS, json_string(dns_guard_ports(conf)));
    if (resolver_program(conf))
        json_object_set_new(detail, RESOLVER, json_string(resolver_program(conf)));
    if (!conf->dns.domains[0])
        json_object_set_new(detail, "other_domains", json_true());
    if (!conf->dns.options[0])
        json_object_set_new(detail, "other_options", json_true());
    return detail;
}
