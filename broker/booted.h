/* booted.h - is systemd in charge of this machine? */
#pragma once

#include <stdbool.h>

/* systemd is PID 1: sd_booted(3), which would cost libsystemd. */
bool booted_with_systemd(void);

/* And its systemctl is there to be run. */
bool booted_with_systemctl(void);
