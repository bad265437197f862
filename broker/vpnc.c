/* vpnc.c - see vpnc.h. */
#include "vpnc.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

#define VPNC_DIR "/run/vpnc"

/* A VPN that was killed has left its files. */
static bool runs(const char *pid)
{
    char *end;
    gint64 number = g_ascii_strtoll(pid, &end, 10);

    return end != pid && !*end && number > 1 && number <= G_MAXINT32 &&
           (kill((pid_t)number, 0) == 0 || errno == EPERM);
}

/* NAME.PID, in old versions NAME */
char *vpnc_file(const char *name)
{
    g_autoptr(GDir) dir = g_dir_open(VPNC_DIR, 0, NULL);
    g_autofree char *prefix = g_strconcat(name, ".", NULL);
    const char *file;

    while (dir && (file = g_dir_read_name(dir)))
        if (g_str_equal(file, name) || (g_str_has_prefix(file, prefix) && runs(file + strlen(prefix))))
            return g_build_filename(VPNC_DIR, file, NULL);
    return NULL;
}
