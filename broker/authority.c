/* authority.c - the second gate: polkit, spoken to directly over D-Bus.
 *
 * Not through polkit-gobject-1: the subject that works with every polkit has four keys, {pid, start-time,
 * uid, pidfd}. polkit 122 insists on pid and ignores the pidfd; polkit 126 prefers the pidfd; libpolkit 122
 * cannot send one. polkitd believes whatever uid it is told, so the uid is the socket's and nothing else. */
#include "authority.h"

#include "bus.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define ALLOW_USER_INTERACTION 1u /* CheckAuthorizationFlags */
/* polkitd 122 can lock itself up for good when a check is cancelled while its dialog is being opened. */
#define SETTLE_MS 1500
/* Without a dialog the answer takes a millisecond, and a few seconds when polkitd has to be started first. */
#define QUIET_TIMEOUT_MS 10000
/* With one, the connection's own limit cancels; this is only for a polkitd that ignores that. */
#define DIALOG_TIMEOUT_MS 150000

typedef struct Check {
    char *action;
    char *namespace;
    char *user;
    char *id; /* for CancelCheckAuthorization; "" where no dialog can appear */
    const Peer *peer;
    bool interactive;
    GDBusConnection *bus; /* the question is with polkit, over this; else NULL */
    gulong hang_up;       /* handler of the cancellable */
    gint64 asked_at;      /* monotonic time, µs */
    guint cancel_later;   /* GSource */
} Check;

static void check_free(gpointer pointer)
{
    Check *check = pointer;
    g_free(check->action);
    g_free(check->namespace);
    g_free(check->user);
    g_free(check->id);
    g_clear_object(&check->bus);
    g_free(check);
}

static GVariant *subject(const Peer *peer, uint64_t start_time, int pidfd_index)
{
    GVariantBuilder keys;
    g_variant_builder_init(&keys, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&keys, "{sv}", "pid", g_variant_new_uint32((guint32)peer->pid));
    g_variant_builder_add(&keys, "{sv}", "start-time", g_variant_new_uint64(start_time));
    g_variant_builder_add(&keys, "{sv}", "uid", g_variant_new_int32((gint32)peer->uid));
    g_variant_builder_add(&keys, "{sv}", "pidfd", g_variant_new_handle(pidfd_index));
    return g_variant_new("(sa{sv})", "unix-process", &keys);
}

static GVariant *question(const Check *check, uint64_t start_time, int pidfd_index)
{
    GVariantBuilder details;
    g_variant_builder_init(&details, G_VARIANT_TYPE("a{ss}"));
    g_variant_builder_add(&details, "{ss}", "namespace", check->namespace);
    g_variant_builder_add(&details, "{ss}", "user", check->user);
    return g_variant_new("(@(sa{sv})sa{ss}us)", subject(check->peer, start_time, pidfd_index), check->action,
                         &details, check->interactive ? ALLOW_USER_INTERACTION : 0u, check->id);
}

/* The dialog would stay on the screen of somebody who gave up. No answer is awaited. */
static void dialog_cancel(GDBusConnection *bus, const Check *check)
{
    if (check->interactive)
        g_dbus_connection_call(bus, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CancelCheckAuthorization",
                               g_variant_new("(s)", check->id), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                               NULL, NULL, NULL);
}

static Verdict verdict(GVariant *answer)
{
    gboolean authorized, challenge;
    g_autoptr(GVariant) details = NULL;
    g_variant_get(answer, "((bb@a{ss}))", &authorized, &challenge, &details);
    if (authorized)
        return VERDICT_GRANTED;
    return challenge ? VERDICT_CHALLENGE : VERDICT_DENIED;
}

static gboolean cancel_now(gpointer user)
{
    Check *check = user;
    check->cancel_later = 0;
    dialog_cancel(check->bus, check);
    return G_SOURCE_REMOVE;
}

static void hung_up(GCancellable *cancel, gpointer user)
{
    Check *check = user;
    gint64 age = (g_get_monotonic_time() - check->asked_at) / 1000;
    if (check->interactive && !check->cancel_later)
        check->cancel_later = g_timeout_add((guint)MAX(1, SETTLE_MS - age), cancel_now, check);
}

/* The call itself is not cancelled: polkit's own answer is awaited, so that a dialog counts against its
 * user's quota for as long as polkit has it. Otherwise somebody who hangs up and calls again would fill
 * polkit, and the bus's table of pending replies, for all. */
static void answered(GObject *source, GAsyncResult *result, gpointer user)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autoptr(GTask) task = user;
    Check *check = g_task_get_task_data(task);
    GError *error = NULL;
    g_cancellable_disconnect(g_task_get_cancellable(task), check->hang_up);
    g_clear_handle_id(&check->cancel_later, g_source_remove);
    g_autoptr(GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish(bus, NULL, result, &error);
    if (answer) {
        g_task_return_int(task, verdict(answer));
        return;
    }
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        dialog_cancel(bus, check);
    g_dbus_error_strip_remote_error(error);
    g_prefix_error(&error, "polkit: ");
    g_task_return_error(task, error);
}

static void ask(GTask *task, GDBusConnection *bus)
{
    Check *check = g_task_get_task_data(task);
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    GError *error = NULL;
    uint64_t start_time;
    int index = g_unix_fd_list_append(fds, check->peer->pidfd, &error);
    if (index < 0 || !peer_start_time(check->peer, &start_time, &error)) {
        g_task_return_error(task, error);
        return;
    }
    g_dbus_connection_call_with_unix_fd_list(
        bus, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization",
        question(check, start_time, index), G_VARIANT_TYPE("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE,
        check->interactive ? DIALOG_TIMEOUT_MS : QUIET_TIMEOUT_MS, fds, NULL, answered, g_object_ref(task));
    check->bus = g_object_ref(bus);
    check->asked_at = g_get_monotonic_time();
    check->hang_up = g_cancellable_connect(g_task_get_cancellable(task), G_CALLBACK(hung_up), check, NULL);
}

static void bus_opened(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GTask) task = user;
    GError *error = NULL;
    g_autoptr(GDBusConnection) bus = bus_open_finish(result, &error);
    if (!bus)
        g_task_return_error(task, error);
    else
        ask(task, bus);
}

void authority_check(const char *action, const Peer *peer, const char *namespace, const char *user,
                     bool interactive, GCancellable *cancel, GAsyncReadyCallback done, gpointer user_data)
{
    static unsigned long count;
    GTask *task = g_task_new(NULL, cancel, done, user_data);
    Check *check = g_new0(Check, 1);
    *check = (Check){.action = g_strdup(action),
                     .namespace = g_strdup(namespace),
                     .user = g_strdup(user),
                     .id = interactive ? g_strdup_printf("netns-broker-%d-%lu", (int)getpid(), ++count)
                                       : g_strdup(""),
                     .peer = peer,
                     .interactive = interactive};
    g_task_set_task_data(task, check, check_free);
    bus_open(cancel, bus_opened, task);
}

Verdict authority_check_finish(GAsyncResult *result, GError **error)
{
    gssize answer = g_task_propagate_int(G_TASK(result), error);
    return answer < 0 ? VERDICT_DENIED : (Verdict)answer;
}
