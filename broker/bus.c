/* bus.c - the system bus. With Authorize=list and a namespace that is up nobody comes here: no bus is needed
 * then.
 *
 * Not g_bus_get(): its connection is a singleton that stays closed for good after the bus was restarted. */
#include "bus.h"

static GDBusConnection *open_bus;

static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    GError *error = NULL;
    GDBusConnection *bus = g_dbus_connection_new_for_address_finish(result, &error);
    if (!bus) {
        g_prefix_error(&error, "cannot reach the system bus: ");
        g_task_return_error(task, error);
        return;
    }
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    g_set_object(&open_bus, bus);
    g_task_return_pointer(task, bus, g_object_unref);
}

void bus_open(GCancellable *cancel, GAsyncReadyCallback done, gpointer user)
{
    GTask *task = g_task_new(NULL, cancel, done, user);
    if (open_bus && !g_dbus_connection_is_closed(open_bus)) {
        g_task_return_pointer(task, g_object_ref(open_bus), g_object_unref);
        g_object_unref(task);
        return;
    }
    g_clear_object(&open_bus);
    GError *error = NULL;
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    if (!address) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_dbus_connection_new_for_address(address,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, cancel, opened, task);
}

GDBusConnection *bus_open_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
