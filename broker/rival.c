/* rival.c - see rival.h. */
#include "rival.h"

#include <fnmatch.h>
#include <glib.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define DHCPCD_CONF "/etc/dhcpcd.conf"
#define DHCPCD_PID "/run/dhcpcd/pid" /* of the one for all interfaces; else there is one for each */
#define CONNMAN_CONF "/etc/connman/main.conf"
#define CONNMAN_LIST "NetworkInterfaceBlacklist"

static bool process_runs(const char *pid_file)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(pid_file, &text, NULL, NULL))
        return false;
    g_autofree char *process = g_strdup_printf("/proc/%s", g_strstrip(text));
    return *text && access(process, F_OK) == 0;
}

/* systemd removes the control group of a unit with its last process. */
static bool unit_runs(const char *unit)
{
    g_autofree char *group = g_strconcat("/sys/fs/cgroup/system.slice/", unit, NULL);

    return access(group, F_OK) == 0;
}

/* ---- what its configuration says -------------------------------------------------------------------- */

static bool any_matches(char *const *patterns, const char *name)
{
    for (; *patterns; patterns++)
        if (**patterns && fnmatch(*patterns, name, 0) == 0)
            return true;
    return false;
}

/* dhcpcd.conf(5): denyinterfaces PATTERN..., and with allowinterfaces PATTERN... no others. */
static bool dhcpcd_takes(const char *name)
{
    g_autofree char *text = NULL;
    bool allowed = true, denied = false, listed = false;

    if (!g_file_get_contents(DHCPCD_CONF, &text, NULL, NULL))
        return true;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) words = g_strsplit_set(g_strstrip(*line), " \t,", -1);
        if (g_strcmp0(words[0], "denyinterfaces") == 0)
            denied = denied || any_matches(words + 1, name);
        if (g_strcmp0(words[0], "allowinterfaces") == 0) {
            allowed = (listed && allowed) || any_matches(words + 1, name);
            listed = true;
        }
    }
    return allowed && !denied;
}

/* connman.conf(5): the first characters of names. The list replaces the one that is built in. */
static bool connman_takes(const char *name)
{
    static const char *const built_in[] = {"vmnet", "vboxnet", "virbr", "ifb",   "ve-",
                                           "vb-",   "ham",     "veth",  "vxlan", NULL};
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_auto(GStrv) list = NULL;

    g_key_file_set_list_separator(file, ',');
    if (g_key_file_load_from_file(file, CONNMAN_CONF, G_KEY_FILE_NONE, NULL))
        list = g_key_file_get_string_list(file, "General", CONNMAN_LIST, NULL, NULL);
    for (const char *const *start = list ? (const char *const *)list : built_in; *start; start++) {
        g_autofree char *stripped = g_strstrip(g_strdup(*start));
        if (*stripped && g_str_has_prefix(name, stripped))
            return false;
    }
    return true;
}

/* ---- what it has taken already ---------------------------------------------------------------------- */

/* Has one of the lines of what a program keeps about an interface? */
static bool keeps(const char *directory, unsigned index, const char *const *lines)
{
    g_autofree char *file = g_strdup_printf("%s/%u", directory, index), *text = NULL;

    if (!index || !g_file_get_contents(file, &text, NULL, NULL))
        return false;
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    for (; *lines; lines++)
        if (g_strv_contains((const char *const *)all, *lines))
            return true;
    return false;
}

static bool networkd_has(unsigned index)
{
    static const char *const lines[] = {"ADMIN_STATE=configuring", "ADMIN_STATE=configured",
                                        "ADMIN_STATE=failed", NULL};

    return unit_runs("systemd-networkd.service") && keeps("/run/systemd/netif/links", index, lines);
}

static bool manager_has(unsigned index)
{
    static const char *const lines[] = {"managed=true", NULL};

    return unit_runs("NetworkManager.service") && keeps("/run/NetworkManager/devices", index, lines);
}

/* ---- what to do ------------------------------------------------------------------------------------- */

/* One line for all that have their usual name. */
static char *pattern_of(const char *name, const char *rest)
{
    return g_str_has_prefix(name, "vn-") ? g_strconcat("vn-", rest, NULL) : g_strdup(name);
}

char **rival_words(const char *name)
{
    GPtrArray *words = g_ptr_array_new();
    unsigned index = if_nametoindex(name);
    g_autofree char *pattern = pattern_of(name, "*"), *start = pattern_of(name, "");

    if (process_runs(DHCPCD_PID) && dhcpcd_takes(name))
        g_ptr_array_add(words, g_strdup_printf("dhcpcd runs for all interfaces, and takes %s for one of its "
                                               "own: put the line \"denyinterfaces %s\" into " DHCPCD_CONF
                                               " and restart it",
                                               name, pattern));
    if ((unit_runs("connman.service") || process_runs("/run/connmand.pid")) && connman_takes(name))
        g_ptr_array_add(words,
                        g_strdup_printf("ConnMan takes %s for one of its own interfaces: add \"%s\" to "
                                        "its " CONNMAN_LIST "= in " CONNMAN_CONF " and restart it",
                                        name, start));
    if (networkd_has(index))
        g_ptr_array_add(words,
                        g_strdup_printf("systemd-networkd configures %s: a .network file that sorts before "
                                        "the others must have [Match] Name=%s and [Link] Unmanaged=yes",
                                        name, name));
    if (manager_has(index))
        g_ptr_array_add(words, g_strdup_printf("NetworkManager manages %s: a section [device-%s] in "
                                               "/etc/NetworkManager/conf.d must have "
                                               "match-device=interface-name:%s and managed=0",
                                               name, name, name));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
