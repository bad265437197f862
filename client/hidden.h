/* hidden.h - directories in which daemons of the host take questions about names of hosts, whatever network
 * who asks is in. Programs in a namespace find an empty one. Known to all: who makes the cover, who puts it
 * there, who writes it for services.
 *
 * By directory, as a daemon that is started again makes a new socket, over which no mount of the old one is.
 */
#pragma once

/* systemd-resolved.service(8), nss-resolve(8); nscd(8), nsncd; avahi-daemon(8), nss-mdns */
#define HIDDEN_DIRECTORIES "/run/systemd/resolve", "/run/nscd", "/run/avahi-daemon"

/* The system bus, on request: dbus-daemon(1) */
#define HIDDEN_BUS "/run/dbus"
