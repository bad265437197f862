/* printable.c - see printable.h. */
#include "printable.h"

#include <glib.h>

char *printable(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    GString *clean = g_string_new(NULL);
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        g_string_append_unichar(clean, g_unichar_isprint(character) ? character : '?');
    }
    return g_string_free(clean, FALSE);
}
