/* place.c - see place.h. While the directory is not there, the nearest one above it that is there is watched
 * for what is made in it. */
#include "place.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LEAVING (IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define COMING (IN_CREATE | IN_MOVED_TO | LEAVING)
#define GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

typedef struct Place {
    sd_event *event;
    sd_event_source *source;
    bool arrived; /* it is the directory itself that is watched */
    const char *path;
    uint32_t changes;
    PlaceHandler on;
    void *user;
} Place;

static bool settle(Place *place);

static int on_event(sd_event_source *source, const struct inotify_event *event, void *user)
{
    Place *place = user;
    bool was = place->arrived;

    (void)source;
    if (place->arrived && !(event->mask & (GONE | IN_Q_OVERFLOW))) {
        place->on(place->user, event->len > 0 ? event->name : NULL);
        return 0;
    }
    (void)settle(place);
    if (was || place->arrived)
        place->on(place->user, NULL);
    return 0;
}

/* The next step of the way from @above, which is watched, to @path is there by now. */
static bool has_come(const char *path, const char *above)
{
    const char *rest = path + strlen(above) + (above[1] != '\0');
    g_autofree char *next = g_strndup(path, (gsize)(rest - path) + strcspn(rest, "/"));

    return access(next, F_OK) == 0;
}

static bool settle(Place *place)
{
    g_autofree char *path = g_strdup(place->path);

    for (;;) {
        place->source = sd_event_source_disable_unref(place->source);
        place->arrived = g_str_equal(path, place->path);
        int r = sd_event_add_inotify(place->event, &place->source, path,
                                     place->arrived ? place->changes | LEAVING : COMING, on_event, place);
        if (r >= 0 && (place->arrived || !has_come(place->path, path)))
            return true;
        if (r < 0 && (g_str_equal(path, "/") || (r != -ENOENT && r != -ENOTDIR)))
            return false;
        char *next = r < 0 ? g_path_get_dirname(path) : g_strdup(place->path);
        g_free(path);
        path = next;
    }
}

bool place_watch(sd_event *event, const char *path, uint32_t changes, PlaceHandler on, void *user)
{
    Place *place = g_new0(Place, 1); /* as long as the loop */

    *place = (Place){.event = event, .path = path, .changes = changes, .on = on, .user = user};
    return settle(place);
}
