/* doctor-unit.h - how it is with a unit of systemd's that ought to run, and what makes it run again. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct UnitCare {
    bool known;   /* systemd is PID 1 and knows the unit */
    bool masked;  /* the admin has shut it off */
    bool running; /* or it waits for what it is to be started by */
    bool failed;
    /* What to do, a line for each command, "" for nothing; owned. */
    char *unmask; /* where it is masked, ends its line */
    char *run;    /* enable, start or restart */
} UnitCare;

/* Of what systemd does not know all is false and empty. */
UnitCare unit_care(const char *unit);
void unit_care_clear(UnitCare *care);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UnitCare, unit_care_clear)
