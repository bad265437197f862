/* stranded.c - see stranded.h. A namespace that has no name any more lives on as long as somebody is in it,
 * so its numbers cannot have been given to another one. */
#include "stranded.h"

#include "ask.h"
#include "printable.h"
#include "say.h"
#include "who.h"

#include <stdbool.h>

#define SHOWN_MAX 5
#define COMMAND_MAX 40

struct Stranded {
    char *name;
    dev_t dev;
    ino_t ino;
    json_t *before; /* of who_is_inside() */
};

void stranded_free(Stranded *stranded)
{
    json_decref(stranded->before);
    g_free(stranded->name);
    g_free(stranded);
}

static void look(const char *name, GPtrArray *list)
{
    json_t *entry = ask_status(name, false, NULL), *id = json_object_get(entry, "nsid");
    Stranded *stranded = id ? g_new0(Stranded, 1) : NULL;

    if (stranded) {
        stranded->name = g_strdup(name);
        stranded->dev = (dev_t)json_integer_value(json_object_get(id, "dev"));
        stranded->ino = (ino_t)json_integer_value(json_object_get(id, "ino"));
        stranded->before = who_is_inside(stranded->dev, stranded->ino);
        g_ptr_array_add(list, stranded);
    }
    json_decref(entry);
}

GPtrArray *stranded_look(char *const *names)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)stranded_free);

    for (; *names; names++)
        look(*names, list);
    return list;
}

static bool was_there(const json_t *before, const json_t *process)
{
    size_t i;
    const json_t *other;

    json_array_foreach((json_t *)before, i, other)
    {
        if (json_equal(json_object_get(other, "pid"), json_object_get(process, "pid")))
            return true;
    }
    return false;
}

static char *describe(const json_t *process)
{
    g_autofree char *user = printable(json_string_value(json_object_get(process, "user")));
    g_autofree char *command = printable(json_string_value(json_object_get(process, "command")));

    return g_strdup_printf(
        "%" JSON_INTEGER_FORMAT "%s%s %.*s", json_integer_value(json_object_get(process, "pid")),
        *user ? " " : "", user,
        (int)(g_utf8_offset_to_pointer(command, MIN(g_utf8_strlen(command, -1), COMMAND_MAX)) - command),
        command);
}

static void tell(const Stranded *stranded)
{
    json_t *now = who_is_inside(stranded->dev, stranded->ino), *process;
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    unsigned count = 0;

    json_array_foreach(now, i, process)
    {
        g_autofree char *one = was_there(stranded->before, process) ? describe(process) : NULL;
        if (one && ++count <= SHOWN_MAX)
            g_string_append_printf(text, "%s%s", count > 1 ? ", " : "", one);
    }
    if (count > SHOWN_MAX)
        g_string_append_printf(text, " and %u more", count - SHOWN_MAX);
    if (count)
        say_info("%s: without a network now, until they are ended and started anew: %s", stranded->name,
                 text->str);
    json_decref(now);
}

void stranded_tell(const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++)
        tell(list->pdata[i]);
}
