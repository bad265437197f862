/* zone.c - see zone.h. */
#include "zone.h"

#include "paths.h"
#include "say.h"
#include "whole.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"
#define FIREWALLD "org.fedoraproject.FirewallD1"
#define FIREWALLD_PATH "/org/fedoraproject/FirewallD1"
#define ZONE "trusted"

/* Which of them we have put in: for whoever keeps watch after us. */
#define STATE RUN_DIR "/zone"

#define RETRY_USEC (5 * G_USEC_PER_SEC)  /* for a bus that went away */
#define START_USEC (90 * G_USEC_PER_SEC) /* firewalld answers nobody while it loads its rules */
#define FREE_USEC (5 * G_USEC_PER_SEC)
#define FREE_TRIES 50

typedef struct Member {
    Zone *zone;
    char *interface;
    bool wanted;
    bool settled; /* firewalld was told, or refused: nothing to do until it starts anew */
    bool again;   /* firewalld has been reloaded since it was asked */
    bool ours;    /* to be taken out again */
    sd_bus_slot *call;
} Member;

struct Zone {
    sd_event *event;
    sd_bus *bus;
    sd_event_source *retry;
    GPtrArray *members;
    bool running; /* firewalld */
    bool warned;
};

static void settle(Zone *zone);
static int connect_bus(sd_event_source *source, uint64_t usec, void *user);

static void member_free(void *data)
{
    Member *member = data;

    sd_bus_slot_unref(member->call);
    g_free(member->interface);
    g_free(member);
}

static Member *member_get(Zone *zone, const char *interface)
{
    for (guint i = 0; i < zone->members->len; i++) {
        Member *member = zone->members->pdata[i];
        if (g_str_equal(member->interface, interface))
            return member;
    }
    Member *member = g_new0(Member, 1);
    member->zone = zone;
    member->interface = g_strdup(interface);
    g_ptr_array_add(zone->members, member);
    return member;
}

static void warn_once(Zone *zone, const char *interface, const char *why)
{
    if (!zone->warned)
        say_warning("firewalld does not take %s into its zone " ZONE
                    ", and may be in the way of namespaces: %s",
                    interface, why);
    zone->warned = true;
}

/* --- what we have put in ------------------------------------------------------------------------------ */

static void state_save(const Zone *zone)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < zone->members->len; i++) {
        const Member *member = zone->members->pdata[i];
        if (member->ours)
            g_string_append_printf(text, "%s\n", member->interface);
    }
    if (text->len == 0)
        (void)whole_remove(STATE, NULL);
    else if (!whole_write(STATE, text->str, 0600, &error))
        say_warning("%s", error->message);
}

static void state_load(Zone *zone)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(STATE, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            member_get(zone, *line)->ours = true;
}

/* --- asking firewalld --------------------------------------------------------------------------------- */

/* Its errors have one name; what is meant is the first word of the message (firewall/errors.py). */
static bool says(const sd_bus_error *error, const char *word)
{
    return error && error->message && g_str_has_prefix(error->message, word);
}

/* It will be back, or the bus will. */
static bool has_gone(const sd_bus_error *error)
{
    return sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
           sd_bus_error_has_name(error, SD_BUS_ERROR_DISCONNECTED) ||
           sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
           sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

/* There already, by us before a restart, or by an admin: then it is not ours. In another zone, that is an
 * admin's wish. */
static int on_added(sd_bus_message *reply, void *user, sd_bus_error *unused)
{
    Member *member = user;
    const sd_bus_error *error = sd_bus_message_get_error(reply);

    member->call = sd_bus_slot_unref(member->call);
    member->settled = !member->again;
    member->again = false;
    if (!error)
        member->ours = true;
    else if (!has_gone(error) && !says(error, "ZONE_ALREADY_SET"))
        warn_once(member->zone, member->interface, error->message);
    state_save(member->zone);
    settle(member->zone);
    return 0;
}

static int on_removed(sd_bus_message *reply, void *user, sd_bus_error *unused)
{
    Member *member = user;

    member->call = sd_bus_slot_unref(member->call);
    member->ours = member->settled = member->again = false;
    state_save(member->zone);
    settle(member->zone);
    return 0;
}

static sd_bus_message *request(Zone *zone, const char *method, const char *interface)
{
    sd_bus_message *message = NULL;

    if (sd_bus_message_new_method_call(zone->bus, &message, FIREWALLD, FIREWALLD_PATH, FIREWALLD ".zone",
                                       method) < 0)
        return NULL;
    if (sd_bus_message_set_auto_start(message, false) < 0 ||
        sd_bus_message_append(message, "ss", ZONE, interface) < 0)
        return sd_bus_message_unref(message);
    return message;
}

static void ask(Member *member, const char *method, sd_bus_message_handler_t on)
{
    sd_bus_message *message = request(member->zone, method, member->interface);

    if (!message || sd_bus_call_async(member->zone->bus, &member->call, message, on, member, START_USEC) < 0)
        member->settled = true; /* the bus is going: we are called again when it is there again */
    sd_bus_message_unref(message);
}

/* What is to be asked now. Called again by each answer. */
static void settle(Zone *zone)
{
    for (guint i = 0; zone->running && i < zone->members->len; i++) {
        Member *member = zone->members->pdata[i];
        if (member->call)
            continue;
        if (member->wanted && !member->settled)
            ask(member, "addInterface", on_added);
        else if (!member->wanted && member->ours)
            ask(member, "removeInterface", on_removed);
    }
}

/* --- firewalld and the bus come and go ----------------------------------------------------------------- */

/* @fresh: started anew, it knows nothing of us; else reloaded, which keeps interfaces in their zones, and
 * whose answer to what was asked before tells whether it is ours. */
static void begin(Zone *zone, bool fresh)
{
    zone->running = true;
    zone->warned = false;
    for (guint i = 0; i < zone->members->len; i++) {
        Member *member = zone->members->pdata[i];
        if (fresh)
            member->call = sd_bus_slot_unref(member->call);
        member->again = member->call;
        member->settled = false;
        member->ours = member->ours && !fresh;
    }
    settle(zone);
}

static int on_reloaded(sd_bus_message *message, void *user, sd_bus_error *unused)
{
    begin(user, false);
    return 0;
}

static int on_owner_changed(sd_bus_message *message, void *user, sd_bus_error *unused)
{
    Zone *zone = user;
    const char *name, *before, *after;

    if (sd_bus_message_read(message, "sss", &name, &before, &after) < 0)
        return 0;
    zone->running = *after;
    if (*after)
        begin(zone, true);
    return 0;
}

static int on_owner(sd_bus_message *reply, void *user, sd_bus_error *unused)
{
    if (!sd_bus_message_is_method_error(reply, NULL))
        begin(user, false);
    return 0;
}

/* The bus itself was restarted; sd-bus does not come back to it. */
static int on_disconnected(sd_bus_message *message, void *user, sd_bus_error *unused)
{
    Zone *zone = user;

    zone->running = false;
    (void)sd_event_source_set_time_relative(zone->retry, RETRY_USEC);
    (void)sd_event_source_set_enabled(zone->retry, SD_EVENT_ONESHOT);
    return 0;
}

static bool listen(Zone *zone)
{
    return sd_bus_match_signal_async(zone->bus, NULL, "org.freedesktop.DBus.Local", NULL,
                                     "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, NULL,
                                     zone) >= 0 &&
           sd_bus_add_match_async(
               zone->bus, NULL,
               "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
               "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" FIREWALLD "'",
               on_owner_changed, NULL, zone) >= 0 &&
           sd_bus_match_signal_async(zone->bus, NULL, FIREWALLD, FIREWALLD_PATH, FIREWALLD, "Reloaded",
                                     on_reloaded, NULL, zone) >= 0 &&
           sd_bus_call_method_async(zone->bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetNameOwner", on_owner, zone, "s",
                                    FIREWALLD) >= 0;
}

static void forget_calls(Zone *zone)
{
    for (guint i = 0; i < zone->members->len; i++) {
        Member *member = zone->members->pdata[i];
        member->call = sd_bus_slot_unref(member->call);
    }
}

static void disconnect_bus(Zone *zone)
{
    forget_calls(zone);
    zone->running = false;
    zone->bus = sd_bus_close_unref(zone->bus);
}

/* With "watch bind" the socket need not be there yet: at boot we may be earlier than the bus. */
static int connect_bus(sd_event_source *source, uint64_t usec, void *user)
{
    Zone *zone = user;

    disconnect_bus(zone);
    if (sd_bus_new(&zone->bus) >= 0 && sd_bus_set_address(zone->bus, BUS_ADDRESS) >= 0 &&
        sd_bus_set_bus_client(zone->bus, true) >= 0 && sd_bus_set_watch_bind(zone->bus, true) >= 0 &&
        sd_bus_start(zone->bus) >= 0 && listen(zone) &&
        sd_bus_attach_event(zone->bus, zone->event, SD_EVENT_PRIORITY_NORMAL) >= 0)
        return 0;
    disconnect_bus(zone);
    (void)sd_event_source_set_time_relative(zone->retry, RETRY_USEC);
    (void)sd_event_source_set_enabled(zone->retry, SD_EVENT_ONESHOT);
    return 0;
}

/* --- for others --------------------------------------------------------------------------------------- */

Zone *zone_new(sd_event *event)
{
    Zone *zone = g_new0(Zone, 1);

    zone->event = sd_event_ref(event);
    zone->members = g_ptr_array_new_with_free_func(member_free);
    state_load(zone);
    if (sd_event_add_time(event, &zone->retry, CLOCK_MONOTONIC, 0, 1, connect_bus, zone) >= 0)
        return zone;
    zone_free(zone);
    return NULL;
}

void zone_want(Zone *zone, char *const *interfaces)
{
    for (guint i = 0; i < zone->members->len; i++)
        ((Member *)zone->members->pdata[i])->wanted = false;
    for (; *interfaces; interfaces++)
        member_get(zone, *interfaces)->wanted = true;
    for (guint i = zone->members->len; i-- > 0;) {
        const Member *member = zone->members->pdata[i];
        if (!member->wanted && !member->ours && !member->call)
            g_ptr_array_remove_index(zone->members, i);
    }
    settle(zone);
}

static void take_out(Zone *zone, const Member *member)
{
    sd_bus_message *message = request(zone, "removeInterface", member->interface);

    if (message)
        (void)sd_bus_call(zone->bus, message, FREE_USEC, NULL, NULL);
    sd_bus_message_unref(message);
}

/* Whether it is ours an answer may still have to tell. */
static void finish_call(Zone *zone, const Member *member)
{
    for (int tries = 0; member->call && tries < FREE_TRIES; tries++)
        if (sd_bus_process(zone->bus, NULL) < 0 || sd_bus_wait(zone->bus, FREE_USEC / FREE_TRIES) < 0)
            return;
}

/* The answers are waited for: firewalld asks the bus who is asking, and would find nobody. */
void zone_leave(Zone *zone)
{
    for (guint i = 0; i < zone->members->len; i++) {
        Member *member = zone->members->pdata[i];
        member->wanted = false;
        if (zone->running)
            finish_call(zone, member);
        if (zone->running && member->ours)
            take_out(zone, member);
        member->ours = member->settled = false;
    }
    state_save(zone);
}

void zone_free(Zone *zone)
{
    if (!zone)
        return;
    sd_event_source_unref(zone->retry);
    disconnect_bus(zone);
    g_ptr_array_unref(zone->members);
    sd_event_unref(zone->event);
    g_free(zone);
}
