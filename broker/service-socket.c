/* service-socket.c - see service-socket.h. */
#include "service-socket.h"

#include <string.h>

/* "web.socket" of web.service, if that starts it. Owned by the caller, NULL: there is none. */
static char *namesake(const ServiceUnit *unit)
{
    size_t length = strlen(unit->name) - strlen(".service");
    g_autofree char *name = g_strdup_printf("%.*s.socket", (int)length, unit->name);
    ServiceUnit *socket = service_unit_named(name, unit->is_user, NULL);
    bool starts_it =
        socket && service_unit_load(socket, NULL) && service_unit_is(socket, "Triggers", unit->name);

    service_unit_free(socket);
    return starts_it ? g_steal_pointer(&name) : NULL;
}

char **service_sockets(const ServiceUnit *unit)
{
    g_auto(GStrv) others = service_unit_words(unit, "TriggeredBy");
    g_autofree char *own = unit->is_socket || unit->is_template ? NULL : namesake(unit);
    g_autoptr(GStrvBuilder) sockets = g_strv_builder_new();

    for (char **other = others; *other; other++)
        if (g_str_has_suffix(*other, ".socket"))
            g_strv_builder_add(sockets, *other);
    if (own && !g_strv_contains((const char *const *)others, own))
        g_strv_builder_add(sockets, own);
    return g_strv_builder_end(sockets);
}
