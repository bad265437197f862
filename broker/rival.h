/* rival.h - programs that configure whatever interface of the host they find, ours too unless the admin has
 * told them not to. What can be told to udev, systemd-networkd and NetworkManager by files of ours is told
 * (units/); dhcpcd and ConnMan have one file each, and that is the admin's. */
#pragma once

/* A sentence for each that runs and would touch, or has taken, the host's interface @name; it says what to
 * do. Empty where there is none. Owned by the caller. */
char **rival_words(const char *name);
