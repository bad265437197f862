/* room.c - see room.h. */
#include "room.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

static bool fail(GError **error, const char *what, const char *where)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s%s: %s", what, where,
                g_strerror(errno));
    return false;
}

/* Slave, so that what the host unmounts is not kept mounted in here. */
bool room_enter(const GPtrArray *binds, GError **error)
{
    if (unshare(CLONE_NEWNS) < 0)
        return fail(error, "cannot make a mount namespace", "");
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return fail(error, "cannot part with the host's mounts", "");
    for (guint i = 0; i < binds->len; i++) {
        const RoomBind *bind = binds->pdata[i];
        if (mount(bind->from, bind->at, NULL, MS_BIND, NULL) < 0)
            return fail(error, "cannot mount over ", bind->at);
    }
    return true;
}

void room_bind_free(RoomBind *bind)
{
    g_free(bind->from);
    g_free(bind->at);
    g_free(bind);
}
