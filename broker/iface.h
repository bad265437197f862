/* iface.h - what the kernel says of an interface. */
#pragma once

#include "link.h"
#include "nl.h"

#include <linux/if.h>

typedef struct Iface {
    unsigned index; /* 0: there is none */
    unsigned flags, mtu, master, group;
    char name[IFNAMSIZ];
    char alias[IFALIASZ];
    char kind[IFNAMSIZ]; /* "": of hardware, or nobody knows */
    MacAddress mac, permanent;
    char **altnames; /* owned; NULL: none */
} Iface;

void iface_clear(Iface *iface);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Iface, iface_clear)

/* By its name or an alternative name, or its number; index 0 when there is none. */
Iface iface_named(Nl *nl, const char *name);
Iface iface_numbered(Nl *nl, unsigned index);

/* The one that has this alias. Of all interfaces: not on the way of a plain `up`. */
bool iface_of_alias(Nl *nl, const char *alias, Iface *ret, GError **error);

/* The one that @match means; index 0 when there is none. */
bool iface_matching(Nl *nl, const LinkMatch *match, Iface *ret, GError **error);

/* Has @bridge (an index) a port? */
bool iface_has_port(Nl *nl, unsigned bridge, bool *ret, GError **error);
