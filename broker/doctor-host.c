/* doctor-host.c - checks of netnsctl doctor: our table and the forwarding switches in the host. */
#include "doctor-host.h"

#include "firewall.h"
#include "nl-nft.h"
#include "sysctl.h"

#include <sys/socket.h>
#include <unistd.h>

const char *family_name(int family)
{
    return family == AF_INET ? "IPv4" : "IPv6";
}

void doctor_check_table(Patient *patient)
{
    g_autoptr(GError) error = NULL;
    bool routed = false;
    size_t i;
    json_t *link;

    json_array_foreach(json_object_get(patient->record->detail, "links"), i, link)
    {
        routed = routed || patient_link_is_routed(link);
    }
    if (!routed || nl_nft_rules(FIREWALL_TABLE, "forward", &error) > 0)
        return;
    if (error)
        finding_add(patient, FINDING_WARNING, "firewall", g_strdup(error->message), NULL);
    else
        finding_add(patient, FINDING_BROKEN, "firewall",
                    g_strdup("nft table inet " FIREWALL_TABLE
                             " is gone or empty: nothing is masqueraded, and nothing guards the host"),
                    g_strdup_printf("netnsctl start %s puts it back", patient->name));
}

static bool is_one(const char *path)
{
    g_autofree char *value = sysctl_read(path);

    return g_strcmp0(value, "1") == 0;
}

static bool interface_forwards(Patient *patient, int family, const char *interface)
{
    g_autofree char *path = family == AF_INET
                                ? g_strdup_printf("net/ipv4/conf/%s/forwarding", interface)
                                : g_strdup_printf("net/ipv6/conf/%s/force_forwarding", interface);
    g_autofree char *topic = NULL;

    if (!*interface || is_one(path))
        return true;
    topic = g_strconcat(family_name(family), " out", NULL);
    finding_add(patient, FINDING_BROKEN, topic,
                g_strdup_printf("the host does not forward: /proc/sys/%s is 0", path),
                g_strdup_printf("netnsctl start %s sets it again", patient->name));
    return false;
}

bool host_forwards(Patient *patient, int family, const char *end, const char *uplink)
{
    bool each = family == AF_INET || access("/proc/sys/net/ipv6/conf/default/force_forwarding", F_OK) == 0;

    if (is_one(family == AF_INET ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding"))
        return true;
    if (each)
        return interface_forwards(patient, family, end) && interface_forwards(patient, family, uplink);
    finding_add(patient, FINDING_BROKEN, "IPv6 out",
                g_strdup("the host does not forward: /proc/sys/net/ipv6/conf/all/forwarding is 0"),
                g_strdup_printf("netnsctl start %s sets it again", patient->name));
    return false;
}
