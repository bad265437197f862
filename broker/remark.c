/* remark.c - see remark.h. */
#include "remark.h"

#include "dhcp-start.h"
#include "record.h"
#include "survey-link.h"
#include "unit-state.h"

#include <unistd.h>

void remark_failure(json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    g_auto(UnitState) unit = {};

    if (name && g_strcmp0(json_string_value(json_object_get(entry, "state")), "down") == 0)
        unit_state_find(name, &unit);
    if (unit.failed) {
        g_autofree char *why = unit_state_why(name, &unit),
                        *text = g_strdup_printf("its last start failed: %s", why);
        json_object_set_new(entry, "why", json_string(text));
    }
}

void remark_leases(json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    g_autoptr(Record) record = geteuid() == 0 && name ? record_load(name, NULL) : NULL;
    size_t i;
    json_t *made;

    json_array_foreach(record ? json_object_get(record->detail, "links") : NULL, i, made)
    {
        const char *label = json_string_value(json_object_get(made, "label"));
        const char *inside = json_string_value(json_object_get(made, "name"));
        json_t *link = inside ? survey_link_by_name(json_object_get(entry, "links"), inside) : NULL;
        json_t *lease = json_object_get(link, "lease");
        if (lease && label && !dhcp_client_is_there(record, label))
            json_object_set_new(lease, "ended", json_true());
    }
}
