/* service.c - netnsctl attach and detach: units of systemd's put into a namespace, and taken out again.
 *
 * Both look at every unit that is named before they change anything. */
#include "service.h"

#include "booted.h"
#include "dropin.h"
#include "etc-mount.h"
#include "lock.h"
#include "namespace-unit.h"
#include "say.h"
#include "service-circle.h"
#include "service-contained.h"
#include "service-socket.h"
#include "service-text.h"
#include "service-unit.h"
#include "service-user.h"
#include "systemctl.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1

typedef struct Order {
    bool user; /* of the caller's own systemd */
    bool now;  /* restart what runs */
    const char *name;
    char **words;         /* what units were named by */
    GPtrArray *units;     /* ServiceUnit* */
    char *directory;      /* where drop-ins are */
    char *namespace_unit; /* of the system's systemd, and */
    Conf *conf;           /* not for a user's */
} Order;

static void order_done(Order *order)
{
    g_clear_pointer(&order->units, g_ptr_array_unref);
    g_clear_pointer(&order->conf, conf_free);
    g_free(order->directory);
    g_free(order->namespace_unit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Order, order_done)

static bool options_parse(int argc, char **argv, Order *order)
{
    static const struct option known[] = {
        {"user", no_argument, NULL, 'u'}, {"now", no_argument, NULL, 'n'}, {0}};

    optind = 0; /* glibc: start anew */
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == '?')
            return false;
        order->user |= option == 'u';
        order->now |= option == 'n';
    }
    order->directory = order->user ? service_user_directory() : g_strdup(DROPIN_SYSTEM);
    return true;
}

static bool may_change(const Order *order)
{
    if (!booted_with_systemd())
        say_error("there are no units: this system was not booted with systemd");
    else if (!order->user && geteuid() != 0)
        say_error("only root can do this (for services of your own: --user)");
    else
        return true;
    return false;
}

static bool units_name(Order *order, GError **error)
{
    order->units = g_ptr_array_new_with_free_func((GDestroyNotify)service_unit_free);
    for (char **word = order->words; *word; word++) {
        ServiceUnit *unit = service_unit_named(*word, order->user, error);
        if (!unit)
            return false;
        g_ptr_array_add(order->units, unit);
    }
    return true;
}

/* Not while services are restarted, which may attach others. */
static bool one_at_a_time(Order *order, bool (*work)(Order *order, GError **error), GError **error)
{
    int lock = order->user ? service_user_lock() : lock_take(LOCK_ATTACH, error);
    bool fine = (lock >= 0 || order->user) && work(order, error);

    if (lock >= 0)
        close(lock);
    return fine;
}

/* What runs goes on as it was started. */
static bool applied(const Order *order, GError **error)
{
    g_autoptr(GPtrArray) running = g_ptr_array_new();

    for (guint i = 0; i < order->units->len; i++)
        if (service_unit_active(order->units->pdata[i]))
            g_ptr_array_add(running, order->units->pdata[i]);
    if (order->now && running->len > 0)
        return service_units_tell("try-restart", running, order->user, error);
    for (guint i = 0; i < running->len; i++)
        say_info("%s runs as it was started until it is restarted",
                 ((const ServiceUnit *)running->pdata[i])->name);
    return true;
}

/* ---- attach */

/* One that is up gets what services see of /etc. One that comes up just now, which is not waited for (we may
 * be called by a hook of its own), looks for itself when it is ready, or is ready when we look. */
static bool namespace_refresh(const Order *order, GError **error)
{
    if (order->user || order->conf->ns.etc != ETC_DIRECTORY)
        return true;
    if (!systemctl("--quiet is-active", order->namespace_unit, NULL))
        return etc_mount_of_ready(order->name, error);
    return systemctl("reload", order->namespace_unit, error);
}

/* Is @unit one of those that are being attached, or has been attached to the same namespace? */
static bool comes_along(const Order *order, const char *unit)
{
    g_autofree char *name = NULL;

    for (guint i = 0; i < order->units->len; i++)
        if (g_str_equal(((const ServiceUnit *)order->units->pdata[i])->name, unit))
            return true;
    return dropin_read(order->directory, unit, &name, NULL) && g_strcmp0(name, order->name) == 0;
}

/* Whichever of them is started first decides in what network all of them are (systemd.exec(5)). */
static bool joins_nobody_else(const Order *order, const ServiceUnit *unit, GError **error)
{
    g_auto(GStrv) others = service_unit_words(unit, "JoinsNamespaceOf");

    for (char **other = others; *other; other++)
        if (**other && !comes_along(order, *other)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "%s and %s have one network (JoinsNamespaceOf=): attach both in one command",
                        unit->name, *other);
            return false;
        }
    return true;
}

/* Namespaces are made, and those who enter are judged, by these. */
static bool is_not_needed_by_us(const ServiceUnit *unit, GError **error)
{
    static const char *const needed[] = {"netns@*",
                                         "netns-*@*",
                                         "netns-broker.*",
                                         "netns-broker-*",
                                         "netnsctl-etc@*",
                                         "dnsmasq-netns@*",
                                         "unbound-netns@*",
                                         "dbus.*",
                                         "dbus-broker.service",
                                         "polkit.service",
                                         NULL};

    for (const char *const *pattern = needed; *pattern; pattern++)
        if (g_pattern_match_simple(*pattern, unit->name)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "%s is needed to make or enter namespaces: it cannot be in one", unit->name);
            return false;
        }
    return true;
}

static bool unit_check(const Order *order, ServiceUnit *unit, GError **error)
{
    g_autofree char *before = NULL;

    return service_unit_load(unit, error) && dropin_read(order->directory, unit->name, &before, error) &&
           (order->user || (is_not_needed_by_us(unit, error) && joins_nobody_else(order, unit, error) &&
                            service_comes_in_time(unit, error)));
}

/* A service is also entered by the sockets that start it. */
static void tell_of_sockets(const Order *order, const ServiceUnit *unit)
{
    g_auto(GStrv) others = service_sockets(unit);

    for (char **other = others; *other; other++) {
        if (comes_along(order, *other))
            continue;
        if (order->user)
            say_info("%s, which starts %s, listens outside and cannot be attached: to be without it, "
                     "systemctl --user disable --now %s",
                     *other, unit->name, *other);
        else
            say_info("%s, which starts %s, listens outside: attach it too", *other, unit->name);
    }
}

static char *text_of(const Order *order, const ServiceUnit *unit, GError **error)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    char *text = order->user ? service_user_text(unit, order->name, error)
                             : service_text(unit->name, order->conf, order->namespace_unit, notes, error);

    for (guint i = 0; i < notes->len; i++)
        say_warning("%s", (const char *)notes->pdata[i]);
    return text;
}

static void unit_tell(const Order *order, const ServiceUnit *unit, const char *before)
{
    if (before && !g_str_equal(before, order->name))
        say_info("%s: attached to %s, no longer to %s", unit->name, order->name, before);
    else
        say_info("%s: attached to %s", unit->name, order->name);
    if (!order->user && service_unit_is(unit, "PrivateNetwork", "yes"))
        say_info("%s: its PrivateNetwork=yes has no effect any more", unit->name);
    tell_of_sockets(order, unit);
}

/* systemd stops a unit as soon as it hears that it is bound to one that is not active. */
static bool namespace_start(const Order *order, GError **error)
{
    bool any = false;

    for (guint i = 0; i < order->units->len; i++)
        any = any || service_unit_active(order->units->pdata[i]);
    if (!any || systemctl("start", order->namespace_unit, error))
        return true;
    g_prefix_error(error, "nothing is attached: %s did not start: ", order->namespace_unit);
    return false;
}

static bool namespace_find(Order *order, GError **error)
{
    if (!conf_name_valid(order->name, error))
        return false;
    if (order->user)
        return service_user_may(order->name, error);
    order->namespace_unit = namespace_unit_of(order->name);
    order->conf = namespace_unit_conf(order->name, order->namespace_unit, error);
    return order->conf;
}

/* What would start anything outside is not attached. */
static bool users_contained(const Order *order, GError **error)
{
    bool fine = true;

    for (guint i = 0; fine && i < order->units->len; i++)
        fine = service_contained(order->units->pdata[i], error);
    return fine;
}

static const char *name_at(const Order *order, guint i)
{
    return ((const ServiceUnit *)order->units->pdata[i])->name;
}

/* Those that were attached before stay so: without their files they would start outside. */
static void put_back(const Order *order, const GPtrArray *before)
{
    for (guint i = 0; i < before->len; i++) {
        g_autoptr(GError) error = NULL;
        if (!dropin_set(order->directory, name_at(order, i), before->pdata[i], &error))
            say_warning("%s", error->message);
    }
    g_autoptr(GError) error = NULL;
    if (!service_units_tell("daemon-reload", NULL, order->user, &error))
        say_warning("systemd has not heard that nothing has changed: %s", error->message);
}

/* @texts: NULL takes the drop-in away. */
static bool write_all(const Order *order, const GPtrArray *texts, GError **error)
{
    for (guint i = 0; i < order->units->len; i++)
        if (!dropin_set(order->directory, name_at(order, i), texts ? texts->pdata[i] : NULL, error))
            return false;
    return service_units_tell("daemon-reload", NULL, order->user, error) &&
           (!texts || (order->user ? users_contained(order, error) : namespace_refresh(order, error)));
}

/* All of them, or none. *@ret_names: of the namespaces that they were attached to. */
static bool change_all(const Order *order, const GPtrArray *texts, GPtrArray **ret_names, GError **error)
{
    g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(g_free);

    *ret_names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < order->units->len; i++) {
        char *name = NULL;
        if (!dropin_read(order->directory, name_at(order, i), &name, error))
            return false;
        g_ptr_array_add(*ret_names, name);
        g_ptr_array_add(before, dropin_text(order->directory, name_at(order, i)));
    }
    if (write_all(order, texts, error))
        return true;
    put_back(order, before);
    return false;
}

static bool attach_texts(const Order *order, const GPtrArray *texts, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;

    if (!change_all(order, texts, &names, error))
        return false;
    for (guint i = 0; i < texts->len; i++)
        unit_tell(order, order->units->pdata[i], names->pdata[i]);
    return true;
}

static bool attach_all(Order *order, GError **error)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

    if (!units_name(order, error) || !namespace_find(order, error))
        return false;
    for (guint i = 0; i < order->units->len; i++) {
        char *text = unit_check(order, order->units->pdata[i], error)
                         ? text_of(order, order->units->pdata[i], error)
                         : NULL;
        if (!text)
            return false;
        g_ptr_array_add(texts, text);
    }
    if (!order->user && (!service_circle_free(order->units, texts, order->namespace_unit, error) ||
                         !namespace_start(order, error)))
        return false;
    return attach_texts(order, texts, error);
}

int attach_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(Order) order = {};

    if (!options_parse(argc, argv, &order) || argc - optind < 2)
        return say_usage("attach [--user] [--now] NAME UNIT...");
    order.name = argv[optind];
    order.words = argv + optind + 1;
    if (!may_change(&order))
        return EXIT_FAILED;
    if (one_at_a_time(&order, attach_all, &error) && applied(&order, &error))
        return 0;
    say_error("%s", error->message);
    return EXIT_FAILED;
}

/* ---- detach */

static bool is_attached(const Order *order, const ServiceUnit *unit, GError **error)
{
    g_autofree char *name = NULL;

    if (!dropin_read(order->directory, unit->name, &name, error))
        return false;
    if (!name)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s is not attached to a namespace", unit->name);
    return name;
}

static bool detach_all(Order *order, GError **error)
{
    if (!units_name(order, error))
        return false;
    for (guint i = 0; i < order->units->len; i++) {
        /* for the proper name of an alias: a unit need not exist any more */
        (void)service_unit_load(order->units->pdata[i], NULL);
        if (!is_attached(order, order->units->pdata[i], error))
            return false;
    }
    g_autoptr(GPtrArray) names = NULL;
    if (!change_all(order, NULL, &names, error))
        return false;
    for (guint i = 0; i < order->units->len; i++)
        say_info("%s: detached", name_at(order, i));
    return true;
}

int detach_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(Order) order = {};

    if (!options_parse(argc, argv, &order) || argc - optind < 1)
        return say_usage("detach [--user] [--now] UNIT...");
    order.words = argv + optind;
    if (!may_change(&order))
        return EXIT_FAILED;
    if (one_at_a_time(&order, detach_all, &error) && applied(&order, &error))
        return 0;
    say_error("%s", error->message);
    return EXIT_FAILED;
}
