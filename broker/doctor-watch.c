/* doctor-watch.c - check of netnsctl doctor: does the watch run, where the namespace needs it? Without it all
 * is well until the host's network or firewall changes. */
#include "booted.h"
#include "doctor-check.h"
#include "doctor-unit.h"
#include "endpoint.h"
#include "forwarding.h"
#include "wake.h"

#define BEGINNING 20 /* times 50 ms: it begins a moment after the namespace that needs it */

static bool is_needed(const Patient *patient)
{
    g_auto(GStrv) names = endpoint_names();

    return forwarding_is_needed_by(patient->name) ||
           g_strv_contains((const char *const *)names, patient->name);
}

static bool runs(void)
{
    for (int i = 0; i < BEGINNING; i++) {
        if (watch_is_there())
            return true;
        g_usleep(50 * 1000);
    }
    return watch_is_there();
}

/* The path unit starts the service; where it waits and nothing came of it, it may not try again. Owned by the
 * caller. */
static char *advise(const Patient *patient)
{
    g_auto(UnitCare) path = unit_care("netns-broker-watch.path"),
                     service = unit_care("netns-broker-watch.service");

    if (!booted_with_systemd())
        return g_strdup_printf("netnsctl start %s starts it", patient->name);
    if (!service.known)
        return g_strdup("install the units of netns-broker again");
    return g_strconcat(service.unmask, path.running ? "" : path.unmask, path.running ? "" : path.run,
                       path.running || !path.known ? "" : "\n", service.run, NULL);
}

void doctor_check_watch(Patient *patient)
{
    if (!is_needed(patient) || runs())
        return;
    finding_add(patient, FINDING_WARNING, "watch",
                g_strdup("netns-broker watch does not run: changes of the host's interfaces, routes and "
                         "firewall are not followed"),
                advise(patient));
}
