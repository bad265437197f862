/* doctor-service.c - checks of netnsctl doctor: do the services that are attached run inside. */
#include "doctor-check.h"
#include "page-services.h"

void doctor_check_services(Patient *patient)
{
    size_t i;
    const json_t *unit;

    json_array_foreach(json_object_get(patient->status, "outside"), i, unit)
    {
        const char *name = json_string_value(unit);
        finding_add(patient, FINDING_WARNING, "services",
                    g_strdup_printf("%s runs in another network than that of %s", name, patient->name),
                    services_restart(patient->status, name));
    }
}
