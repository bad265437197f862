/* refusal.h - what the kernel would not do, as an error. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* "cannot VERB PATH: why", why being errno, which is the error's code too (GFileError). Always false. */
bool refusal(GError **error, const char *verb, const char *path);
