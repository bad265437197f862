/* patience.c - see patience.h. */
#include "patience.h"

#include "nl.h"

#define PATIENCE_USEC (5 * G_USEC_PER_SEC)
#define PAUSE_USEC 20000

Patience patience_begin(void)
{
    return (Patience){g_get_monotonic_time() + PATIENCE_USEC};
}

bool patience_lasts(const Patience *patience, int code, GError **why)
{
    if (!g_error_matches(*why, NL_ERROR, code) || g_get_monotonic_time() > patience->end)
        return false;
    g_clear_error(why);
    g_usleep(PAUSE_USEC);
    return true;
}
