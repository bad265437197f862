/* manage.c - see manage.h. Where systemd runs, its units do it, so that ordering, log and what hangs on them
 * are the administrator's usual ones; else the worker does. */
#include "manage.h"

#include "booted.h"
#include "conf.h"
#include "namespace-unit.h"
#include "paths.h"
#include "record.h"
#include "say.h"
#include "spawn.h"
#include "stranded.h"
#include "systemctl.h"
#include "talk.h"
#include "unit-state.h"
#include "unit.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2

typedef struct Order {
    const char *verb;
    bool no_ask_password;
    char **names; /* NULL-terminated */
} Order;

static bool is_root(void)
{
    return geteuid() == 0;
}

/* The names become parts of unit names and arguments: nothing but names may pass. */
static bool names_are_valid(const Order *order)
{
    if (!order->names[0]) {
        say_error("%s: which namespace? (netnsctl list shows what there is)", order->verb);
        return false;
    }
    for (char **name = order->names; *name; name++) {
        g_autoptr(GError) error = NULL;
        if (!conf_name_valid(*name, &error)) {
            say_error("%s: %s", order->verb, error->message);
            return false;
        }
    }
    return true;
}

static bool order_parse(int argc, char **argv, Order *ret)
{
    static const struct option known[] = {{"no-ask-password", no_argument, NULL, 'p'}, {0}};
    Order order = {.verb = argv[0]};

    optind = 0; /* glibc: start anew, main() may have used getopt before */
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == '?') {
            say_error("%s: there is no option %s", argv[0], argv[optind > 0 ? optind - 1 : 0]);
            return false;
        }
        order.no_ask_password = true;
    }
    order.names = argv + optind;
    *ret = order;
    return names_are_valid(&order);
}

/* PATH WORD NAME… as an argument vector. */
static GPtrArray *command(const char *path, const char *word, char *const *names)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup(path));
    g_ptr_array_add(argv, g_strdup(word));
    for (; *names; names++)
        g_ptr_array_add(argv, g_strdup(*names));
    g_ptr_array_add(argv, NULL);
    return argv;
}

/* Its words are its own; only that it could not be run is said here. */
static int run(GPtrArray *argv)
{
    g_autoptr(GPtrArray) owned = argv;
    g_autoptr(GError) error = NULL;

    if (spawn_run((char *const *)owned->pdata, NULL, -1, NULL, &error))
        return 0;
    if (error->domain != G_SPAWN_EXIT_ERROR)
        say_error("%s", error->message);
    return EXIT_FAILED;
}

static int become(GPtrArray *argv)
{
    const char *path = argv->pdata[0];

    execv(path, (char *const *)argv->pdata);
    say_error("cannot run %s: %s", path, g_strerror(errno));
    g_ptr_array_unref(argv);
    return EXIT_FAILED;
}

/* False, and said: its file has a slip, or nothing tells what it would be. */
static bool may_come_up(const char *name, const char *unit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Conf) conf = namespace_unit_conf(name, unit, &error);

    if (!conf)
        say_error("%s: %s", name, say_without(name, error->message));
    return conf;
}

/* What systemctl's words leave out, of one whose start or change has failed since @since. */
static void tell_why(const char *name, const char *unit, gint64 since)
{
    g_autofree char *from = g_strdup_printf("@%" G_GINT64_FORMAT, since / G_USEC_PER_SEC);
    g_autofree char *why = unit_state_words(name, unit, from);

    if (why)
        say_error("%s: %s", name, why);
}

/* A unit that is not active is started; of one that is, ExecReload= looks whether everything is there and as
 * the file says. */
static int start_units(char *const *units, char *const *names)
{
    gint64 begun = g_get_real_time();

    if (!*units || run(systemctl_command("reload-or-restart", units, false)) == 0)
        return 0;
    for (; *names; names++, units++)
        tell_why(*names, *units, begun);
    return EXIT_FAILED;
}

static int start_as_root(const Order *order)
{
    g_autoptr(GPtrArray) units = g_ptr_array_new_with_free_func(g_free), names = g_ptr_array_new();
    int status = 0;

    if (!booted_with_systemd())
        return become(command(BROKER_PATH, "up", order->names));
    for (char **name = order->names; *name; name++) {
        g_autofree char *unit = unit_keeper(*name, NULL);
        if (!may_come_up(*name, unit)) {
            status = EXIT_FAILED;
            continue;
        }
        g_ptr_array_add(names, *name);
        g_ptr_array_add(units, g_steal_pointer(&unit));
    }
    g_ptr_array_add(names, NULL);
    g_ptr_array_add(units, NULL);
    return start_units((char *const *)units->pdata, (char *const *)names->pdata) == 0 ? status : EXIT_FAILED;
}

/* Those of @names that still have a record. */
static GPtrArray *still_up(char *const *names)
{
    GPtrArray *left = g_ptr_array_new();

    for (; *names; names++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Record) record = record_load(*names, &error);
        if (record || error)
            g_ptr_array_add(left, *names);
    }
    g_ptr_array_add(left, NULL);
    return left;
}

/* A mistyped name would be down as well. */
static bool is_known(const char *name)
{
    bool active = false;
    g_autofree char *unit = unit_keeper(name, &active);
    g_autoptr(GError) error = NULL, unreadable = NULL;
    g_autoptr(Record) record = record_load(name, &unreadable);
    g_autoptr(Conf) conf = active || record || unreadable ? NULL : namespace_unit_conf(name, unit, &error);

    if (!error || !g_error_matches(error, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        return true;
    say_error("%s: %s", name, say_without(name, error->message));
    return false;
}

static bool are_known(char *const *names)
{
    bool all = true;

    for (; *names; names++)
        all = is_known(*names) && all;
    return all;
}

/* Whatever unit keeps them up. What no unit knows of (started by hand) the worker takes down. */
static int take_down(const Order *order)
{
    g_autoptr(GPtrArray) units = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    if (!booted_with_systemd())
        return run(command(BROKER_PATH, "down", order->names));
    for (char **name = order->names; *name; name++) {
        g_auto(GStrv) patterns = namespace_unit_patterns(*name);
        for (char **pattern = patterns; *pattern; pattern++)
            g_ptr_array_add(units, g_strdup(*pattern));
    }
    g_ptr_array_add(units, NULL);
    if (!systemctl_units("stop", (char *const *)units->pdata, false, &error))
        say_warning("%s", error->message);
    g_autoptr(GPtrArray) left = still_up(order->names);
    if (left->len == 1)
        return error ? EXIT_FAILED : 0;
    return run(command(BROKER_PATH, "down", (char *const *)left->pdata));
}

static int stop_as_root(const Order *order)
{
    bool known = are_known(order->names);

    return take_down(order) == 0 && known ? 0 : EXIT_FAILED;
}

/* ---- restart */

/* With a slip, also such as only nft, a DHCP client or the owner of a file can tell (netnsctl check), it
 * would not come up again: then it stays as it is. One without a file of its own has none. */
static bool is_good(const char *name)
{
    char *const names[] = {(char *)name, NULL};
    g_autoptr(GPtrArray) argv = command(BROKER_PATH, "check", names);
    g_autoptr(Conf) conf = conf_load(name, NULL, CONF_STRICT, NULL, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *said = NULL;

    if (!conf || spawn_read((char *const *)argv->pdata, NULL, -1, NULL, true, &said, &error))
        return true;
    g_printerr("%s", said ? said : "");
    say_error("%s: left as it is", name);
    return false;
}

/* By its unit, so that services that hang on it come back too (BindsTo=, systemd.unit(5)). What was brought
 * up by hand has none: the worker takes it down first. */
static int restart_unit(const char *name, const char *unit, bool active)
{
    char *const names[] = {(char *)name, NULL}, *const units[] = {(char *)unit, NULL};
    g_autoptr(GPtrArray) by_hand = active ? NULL : still_up(names);

    if (by_hand && by_hand->len > 1 && run(command(BROKER_PATH, "down", names)) != 0)
        return EXIT_FAILED;
    return run(systemctl_command("restart", units, false));
}

static int restart_worker(const char *name)
{
    g_autofree char *type = namespace_type_asked(name);
    char *const names[] = {(char *)name, NULL};
    GPtrArray *up = command(BROKER_PATH, "up", names);

    if (type)
        g_ptr_array_insert(up, 2, g_strconcat("--type=", type, NULL));
    if (run(command(BROKER_PATH, "down", names)) == 0)
        return run(up);
    g_ptr_array_unref(up);
    return EXIT_FAILED;
}

static int restart_one(const char *name)
{
    bool active = false;
    g_autofree char *unit = unit_keeper(name, &active);
    gint64 begun = g_get_real_time();
    int status;

    if (!may_come_up(name, unit) || !is_good(name))
        return EXIT_FAILED;
    status = booted_with_systemd() ? restart_unit(name, unit, active) : restart_worker(name);
    if (status != 0 && booted_with_systemd())
        tell_why(name, unit, begun);
    return status;
}

static int restart_as_root(const Order *order)
{
    int status = 0;

    for (char **name = order->names; *name; name++)
        if (restart_one(*name) != 0)
            status = EXIT_FAILED;
    return status;
}

/* ---- all */

static int ask_each(const Order *order)
{
    int status = 0;

    for (char **name = order->names; *name; name++) {
        Question question = {.verb = order->verb, .name = *name, .ask_password = !order->no_ask_password};
        char why[TALK_ROOM];
        Wire reply;
        if (talk(&question, &reply, why)) {
            wire_done(&reply);
        } else {
            say_error("%s: %s", *name, why);
            status = EXIT_FAILED;
        }
    }
    return status;
}

static int order_run(int argc, char **argv, int (*as_root)(const Order *order))
{
    Order order;

    if (!order_parse(argc, argv, &order))
        return EXIT_USAGE;
    return is_root() ? as_root(&order) : ask_each(&order);
}

int start_main(int argc, char **argv)
{
    return order_run(argc, argv, start_as_root);
}

/* Who is inside is not stopped, and is to be told of. */
static int order_run_away(int argc, char **argv, int (*as_root)(const Order *order))
{
    Order order;
    int status;

    if (!order_parse(argc, argv, &order))
        return EXIT_USAGE;
    g_autoptr(GPtrArray) inside = stranded_look(order.names);
    status = is_root() ? as_root(&order) : ask_each(&order);
    stranded_tell(inside);
    return status;
}

int stop_main(int argc, char **argv)
{
    return order_run_away(argc, argv, stop_as_root);
}

int restart_main(int argc, char **argv)
{
    return order_run_away(argc, argv, restart_as_root);
}
