/* properties.h - what systemctl(1) shows of units. */
#pragma once

#include <stdbool.h>

/* Of each of @units (patterns find those that are loaded), NULL-terminated, the properties @keys, separated
 * by commas, as lines KEY=VALUE; times are "@SECONDS". Owned by the caller; NULL: systemd is not PID 1, or
 * does not answer within three seconds. @user: units of the caller's own systemd. */
char **properties_show(bool user, const char *keys, char *const *units);

/* In such lines; "" where it has no value. Owned by the caller. */
char *properties_value(const char *lines, const char *key);
