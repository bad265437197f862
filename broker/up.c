/* up.c - see up.h. Every namespace stands for itself: one that fails does not keep the others from coming up.
 */
#include "up.h"

#include "build.h"
#include "conf.h"
#include "dropin.h"
#include "namespace-unit.h"
#include "record.h"
#include "say.h"
#include "service-outdated.h"
#include "teardown.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

typedef struct Wanted {
    const char *type;
    bool all;
    bool no_block;
    bool gone;
    char **names; /* owned, NULL-terminated */
} Wanted;

static int usage(const char *verb)
{
    return say_usage(g_str_equal(verb, "up") ? "up [--type=TYPE] --all | NAME..."
                                             : "down [--no-block | --gone] --all | NAME...");
}

/* -1: go on, else the exit status. */
static int parse(int argc, char **argv, Wanted *wanted)
{
    static const struct option options[] = {{"type", required_argument, NULL, 't'},
                                            {"all", no_argument, NULL, 'a'},
                                            {"no-block", no_argument, NULL, 'n'},
                                            {"gone", no_argument, NULL, 'g'},
                                            {}};
    bool up = g_str_equal(argv[0], "up");
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == 'a')
            wanted->all = true;
        else if (option == 't' && up)
            wanted->type = optarg;
        else if (option == 'n' && !up)
            wanted->no_block = true;
        else if (option == 'g' && !up)
            wanted->gone = true;
        else
            return usage(argv[0]);
    if (wanted->no_block && wanted->gone)
        return usage(argv[0]);
    if (wanted->all == (optind < argc))
        return usage(argv[0]);
    if (geteuid() != 0) {
        say_error("only root can do this; netnsctl %s asks the broker to", up ? "start" : "stop");
        return 1;
    }
    wanted->names = wanted->all ? NULL : g_strdupv(argv + optind);
    return -1;
}

static bool names_valid(char **names)
{
    for (char **name = names; *name; name++) {
        g_autoptr(GError) error = NULL;
        if (!conf_name_valid(*name, &error)) {
            say_error("%s", error->message);
            return false;
        }
    }
    return true;
}

static bool up_one(const char *name, const Wanted *wanted, Nl *host)
{
    g_autoptr(GError) error = NULL;
    BuildResult result = BUILD_MADE;

    if (build_up(name, wanted->type, host, &result, &error)) {
        if (result == BUILD_CHANGED)
            say_info("%s: changed as its file says", name);
        return true;
    }
    say_error("%s: not %s: %s", name, result == BUILD_MADE ? "up" : "changed",
              say_without(name, error->message));
    return false;
}

static bool down_one(const char *name, const Wanted *wanted, Nl *host)
{
    g_autoptr(GError) error = NULL;

    if (wanted->gone ? teardown_gone(name, host, &error) : teardown(name, host, !wanted->no_block, &error))
        return true;
    say_error("%s: not all of it could be removed: %s", name, say_without(name, error->message));
    return false;
}

/* From this many on it is quicker to let the kernel do it, and wait. */
#define MANY 4

/* Errors come again with the rest. The wait is what the kernel needs for this many (40 ms, and 0.3 ms each,
 * measured on 6.18); what is left then is removed one by one. */
static void down_begin(char **names)
{
    guint count = g_strv_length(names);

    if (count < MANY)
        return;
    for (char **name = names; *name; name++)
        (void)teardown_begin(*name, NULL);
    g_usleep(60000 + count * 400);
}

static int each(Wanted *wanted, bool (*one)(const char *, const Wanted *, Nl *), char **(*all)(GError **))
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Nl) host = nl_open(&error);
    int status = 0;

    if (host && wanted->all)
        wanted->names = all(&error);
    if (!wanted->names || !host) {
        say_error("%s", error->message);
        return 1;
    }
    if (!names_valid(wanted->names))
        return 2;
    if (one == down_one && !wanted->no_block && !wanted->gone)
        down_begin(wanted->names);
    for (char **name = wanted->names; *name; name++)
        if (!one(*name, wanted, host))
            status = 1;
    return status;
}

/* Each time: they are what the admin counts on. */
static void warn_of_services(char **names)
{
    json_t *attached = dropin_attached(DROPIN_SYSTEM);

    for (char **name = names; name && *name; name++) {
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *unit = json_object_get(attached, *name) ? namespace_unit_of(*name) : NULL;
        g_autoptr(Conf) conf = unit ? namespace_unit_conf(*name, unit, NULL) : NULL;
        if (conf)
            service_outdated_note(conf, attached, notes);
        for (guint i = 0; i < notes->len; i++)
            say_warning("%s: %s", *name, (const char *)notes->pdata[i]);
    }
    json_decref(attached);
}

int up_main(int argc, char **argv)
{
    Wanted wanted = {};
    int status = parse(argc, argv, &wanted);

    if (status < 0) {
        status = each(&wanted, up_one, conf_names);
        warn_of_services(wanted.names);
    }
    g_strfreev(wanted.names);
    return status;
}

int down_main(int argc, char **argv)
{
    Wanted wanted = {};
    int status = parse(argc, argv, &wanted);

    if (status < 0)
        status = each(&wanted, down_one, record_names_left);
    g_strfreev(wanted.names);
    return status;
}
