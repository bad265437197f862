/* hold.h - the directories of the host's that covers hide (hidden.h), kept while a namespace is up. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Makes the empty directory that covers show, and sees to it that the hidden ones are there and stay, so that
 * a daemon that is installed or started while programs run inside is hidden too. That of the system bus is
 * made, too, so that it can be hidden. They are kept as long as there are files for the /etc of @name
 * (etc_files_remove()) or of another. */
bool hold_make(const char *name, GError **error);

/* Lets them go when nobody is up any more. */
void hold_release(void);
