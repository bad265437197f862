/* obstacles.c - see obstacles.h. */
#include "obstacles.h"

#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OBSTACLES RUN_DIR "/obstacles.json"

bool obstacles_save(const json_t *list, GError **error)
{
    char *text;
    bool fine;

    if (json_array_size(list) == 0) {
        fine = unlink(OBSTACLES) == 0 || errno == ENOENT;
        if (!fine)
            g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot remove %s: %s",
                        OBSTACLES, strerrordesc_np(errno));
        return fine;
    }
    text = json_dumps(list, JSON_INDENT(1));
    fine = g_file_set_contents_full(OBSTACLES, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
    free(text);
    return fine;
}

json_t *obstacles_load(void)
{
    json_t *list = json_load_file(OBSTACLES, 0, NULL);

    if (json_is_array(list))
        return list;
    json_decref(list);
    return json_array();
}
