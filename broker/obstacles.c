/* obstacles.c - see obstacles.h. */
#include "obstacles.h"

#include "paths.h"
#include "whole.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OBSTACLES RUN_DIR "/obstacles.json"

bool obstacles_save(const json_t *list, GError **error)
{
    char *text;
    bool fine;

    if (json_array_size(list) == 0)
        return whole_remove(OBSTACLES, error);
    text = json_dumps(list, JSON_INDENT(1));
    fine = whole_write(OBSTACLES, text, 0600, error);
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
