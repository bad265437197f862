/* service-unit.h - a unit that is to be attached or detached: its name, and what systemd says about it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct ServiceUnit {
    char *name;       /* "web.service", "web@.service", "web.socket" */
    bool is_socket;   /* else a service */
    bool is_template; /* a pattern of instances */
    bool is_user;     /* of the caller's own systemd */
    char *properties; /* for properties_value() */
} ServiceUnit;

void service_unit_free(ServiceUnit *unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServiceUnit, service_unit_free)

/* @word as systemctl(1) takes it: without a suffix it is a service. NULL and a sentence for what is no name,
 * or neither a service nor a socket. systemd is not asked. */
ServiceUnit *service_unit_named(const char *word, bool user, GError **error);

/* Of systemd.exec(5), each of which keeps what a user's own systemd starts from entering. */
#define SERVICE_UNIT_CLOSED                                                                                  \
    "NoNewPrivileges", "PrivateUsers", "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices",        \
        "ProtectClock", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",                      \
        "ProtectKernelTunables", "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime",        \
        "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter"

/* Its name, for a template that of some instance. Owned by the caller. */
char *service_unit_instance(const ServiceUnit *unit);

/* Asks systemd. An alias gets its proper name. False and a sentence where there is no such unit, or it cannot
 * be used. */
bool service_unit_load(ServiceUnit *unit, GError **error);

/* One value; "" where systemd says nothing. Owned by the caller. Has been loaded. */
char *service_unit_property(const ServiceUnit *unit, const char *property);
bool service_unit_is(const ServiceUnit *unit, const char *property, const char *value);

/* One that is a list of words. Owned by the caller. */
char **service_unit_words(const ServiceUnit *unit, const char *property);

/* Is it running now, any instance of a template? */
bool service_unit_active(const ServiceUnit *unit);

/* systemctl WORD, with the units' names behind it where @units (ServiceUnit*) is not NULL. */
bool service_units_tell(const char *word, const GPtrArray *units, bool user, GError **error);
