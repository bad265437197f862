/* etc-mount.c - see etc-mount.h. The client does the same for a program (client/enter.c).
 * systemd can put a directory of the host's into a service's mount namespace; it is put together for all of
 * them by a unit of its own. */
#include "etc-mount.h"

#include "booted.h"
#include "dropin.h"
#include "paths.h"
#include "record.h"
#include "refusal.h"
#include "systemctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTS_DIR RUN_DIR "/etc"

static bool is_mounted(const char *path)
{
    struct statx at;

    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &at) == 0 &&
           (at.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static bool unit_tell(const char *word, const char *name, GError **error)
{
    g_autofree char *unit = g_strdup_printf("netnsctl-etc@%s.service", name);

    if (systemctl(word, unit, error))
        return true;
    g_prefix_error(error, "%s did not %s: ", unit, word);
    return false;
}

static bool is_wanted(const Conf *conf)
{
    json_t *attached =
        booted_with_systemd() && conf->ns.etc == ETC_DIRECTORY ? dropin_attached(DROPIN_SYSTEM) : NULL;
    bool wanted = json_object_get(attached, conf->name);

    json_decref(attached);
    return wanted;
}

static bool add(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(MOUNTS_DIR, name, NULL);

    return is_mounted(path) || unit_tell("start", name, error);
}

bool etc_mount_keep(const Conf *conf, GError **error)
{
    return is_wanted(conf) ? add(conf->name, error) : etc_mount_remove(conf->name, error);
}

/* Never removed here: who attached may have made it a moment ago. */
bool etc_mount_add(const Conf *conf, GError **error)
{
    return !is_wanted(conf) || add(conf->name, error);
}

bool etc_mount_of_ready(const char *name, GError **error)
{
    g_autoptr(Record) record = record_load(name, NULL);

    return !record || !record->ready || add(name, error);
}

/* What its unit does not know of goes too. */
bool etc_mount_remove(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(MOUNTS_DIR, name, NULL);

    if (is_mounted(path) && !unit_tell("stop", name, error))
        return false;
    if (is_mounted(path) && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
        return refusal(error, "unmount", path);
    return rmdir(path) == 0 || errno == ENOENT || refusal(error, "remove", path);
}
