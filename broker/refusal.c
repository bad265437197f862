/* refusal.c - see refusal.h. */
#include "refusal.h"

#include <errno.h>
#include <string.h>

/* strerrordesc_np() is the C library's English, in every locale. */
bool refusal(GError **error, const char *verb, const char *path)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot %s %s: %s", verb, path,
                strerrordesc_np(errno));
    return false;
}
