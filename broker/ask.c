/* ask.c - netnsctl's verbs for everybody: list, status, start, stop.
 *
 * Root finds out for itself, so that these work where no broker runs; everybody else asks the broker, which
 * knows what they may see. */
#include "ask.h"

#include "conf.h"
#include "page.h"
#include "paths.h"
#include "record.h"
#include "say.h"
#include "spawn.h"
#include "status.h"
#include "talk.h"
#include "who.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2

#define ANSWER_MAX (16 * 1024 * 1024) /* bytes of JSON believed */

typedef struct Options {
    bool json, no_legend, names, no_ask_password;
    char **rest; /* the arguments that are no options, NULL-terminated */
} Options;

/* Only the options of @allowed, a string of option letters, are known to a verb. */
static bool options_parse(int argc, char **argv, const char *allowed, Options *ret)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"no-legend", no_argument, NULL, 'l'},
                                          {"names", no_argument, NULL, 'n'},
                                          {"no-ask-password", no_argument, NULL, 'p'},
                                          {0}};
    Options options = {0};
    int option;
    optind = 0; /* glibc: start anew, main() may have used getopt before */
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?' || !strchr(allowed, option)) {
            say_error("%s: there is no option %s", argv[0], argv[optind > 0 ? optind - 1 : 0]);
            return false;
        }
        options.json |= option == 'j';
        options.no_legend |= option == 'l';
        options.names |= option == 'n';
        options.no_ask_password |= option == 'p';
    }
    options.rest = argv + optind;
    *ret = options;
    return true;
}

static bool is_root(void)
{
    return geteuid() == 0;
}

/* ---- answers of the broker
 * ---------------------------------------------------------------------------------------------- */

/* A memfd whose size and content can no longer change. */
static json_t *json_receive(int fd, GError **error)
{
    const int want = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
    json_error_t slip;
    int seals = fcntl(fd, F_GET_SEALS);
    off_t size = lseek(fd, 0, SEEK_END);
    json_t *json = NULL;
    if (seals >= 0 && (seals & want) == want && size >= 0 && size <= ANSWER_MAX &&
        lseek(fd, 0, SEEK_SET) == 0)
        json = json_loadfd(fd, 0, &slip);
    if (!json)
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                            "what the broker sent is no sealed file of JSON");
    return json;
}

static json_t *json_ask(const char *verb, const char *name, bool ask_password, GError **error)
{
    Question question = {.verb = verb, .name = name, .ask_password = ask_password};
    char why[TALK_ROOM];
    Wire reply;
    if (!talk(&question, &reply, why)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s%s%s", name ? name : "", name ? ": " : "",
                    why);
        return NULL;
    }
    int fd =
        g_strcmp0(wire_get(&reply, "FDS"), "json") == 0 && reply.n_fds == 1 ? wire_take_fd(&reply, 0) : -1;
    json_t *json = json_receive(fd, error);
    if (fd >= 0)
        close(fd);
    wire_done(&reply);
    return json;
}

/* ---- list, status
 * ------------------------------------------------------------------------------------------------------- */

json_t *ask_list(bool ask_password, GError **error)
{
    if (!is_root())
        return json_ask("list", NULL, ask_password, error);
    g_auto(GStrv) names = status_names(error);
    return names ? status_list(names) : NULL;
}

static int failed(GError *error)
{
    say_error("%s", error->message);
    g_error_free(error);
    return EXIT_FAILED;
}

static int flushed(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    say_error("cannot write to standard output: %s", g_strerror(errno));
    return EXIT_FAILED;
}

static void json_print(const json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
}

int list_main(int argc, char **argv)
{
    GError *error = NULL;
    Options options;
    if (!options_parse(argc, argv, "jlnp", &options))
        return EXIT_USAGE;
    if (options.rest[0]) {
        say_error("list: takes no names (netnsctl status NAME does)");
        return EXIT_USAGE;
    }
    json_t *list = ask_list(!options.no_ask_password, &error);
    if (!list)
        return failed(error);
    if (options.json)
        json_print(list);
    else if (options.names)
        page_names(list);
    else
        page_list(list, !options.no_legend);
    json_decref(list);
    return flushed();
}

static void processes_add(json_t *entry)
{
    const json_t *id = json_object_get(entry, "nsid");
    if (id)
        json_object_set_new(entry, "processes",
                            who_is_inside((dev_t)json_integer_value(json_object_get(id, "dev")),
                                          (ino_t)json_integer_value(json_object_get(id, "ino"))));
}

json_t *ask_status(const char *name, bool ask_password, GError **error)
{
    json_t *entry = is_root() ? status_of(name, error) : json_ask("status", name, ask_password, error);
    if (entry && !json_is_object(entry)) {
        json_decref(entry);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: what the broker sent is no description of a namespace", name);
        return NULL;
    }
    return entry;
}

/* What is named, or all there is to see. Failures are said, and counted in @ret_failures. */
static json_t *statuses_get(const Options *options, int *ret_failures)
{
    GError *error = NULL;
    json_t *all = json_array(), *list = NULL, *entry;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    size_t i;
    for (char **name = options->rest; *name; name++)
        g_ptr_array_add(names, *name);
    if (names->len == 0 && !(list = ask_list(!options->no_ask_password, &error)))
        *ret_failures += failed(g_steal_pointer(&error));
    json_array_foreach(list, i, entry)
    {
        if (json_is_string(json_object_get(entry, "name")))
            g_ptr_array_add(names, (char *)json_string_value(json_object_get(entry, "name")));
    }
    for (guint n = 0; n < names->len; n++) {
        entry = ask_status(names->pdata[n], !options->no_ask_password, &error);
        if (entry) {
            processes_add(entry);
            json_array_append_new(all, entry);
        } else {
            *ret_failures += failed(g_steal_pointer(&error));
        }
    }
    json_decref(list);
    return all;
}

json_t *ask_statuses(char **names, int *ret_failures)
{
    Options options = {.no_ask_password = true, .rest = names};
    return statuses_get(&options, ret_failures);
}

int status_main(int argc, char **argv)
{
    Options options;
    json_t *entry;
    int failures = 0;
    size_t i;
    if (!options_parse(argc, argv, "jp", &options))
        return EXIT_USAGE;
    json_t *all = statuses_get(&options, &failures);
    json_array_foreach(all, i, entry)
    {
        if (!options.json)
            printf("%s", i > 0 ? "\n" : "");
        if (!options.json)
            page_status(entry);
    }
    if (options.json)
        json_print(all);
    json_decref(all);
    int written = flushed();
    return failures > 0 ? EXIT_FAILED : written;
}

/* ---- start, stop
 * -------------------------------------------------------------------------------------------------------- */

static bool systemd_is_there(void)
{
    return access("/run/systemd/system", F_OK) == 0; /* sd_booted(3) */
}

/* PATH WORD BEFORE-NAME-AFTER… as an argument vector. */
static GPtrArray *command(const char *path, const char *word, char *const *names, const char *before,
                          const char *after)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_strdup(path));
    g_ptr_array_add(argv, g_strdup(word));
    for (; *names; names++)
        g_ptr_array_add(argv, g_strconcat(before, *names, after, NULL));
    g_ptr_array_add(argv, NULL);
    return argv;
}

static int become(GPtrArray *argv)
{
    const char *path = argv->pdata[0];
    execv(path, (char *const *)argv->pdata);
    say_error("cannot run %s: %s", path, g_strerror(errno));
    g_ptr_array_unref(argv);
    return EXIT_FAILED;
}

static int start_as_root(char *const *names)
{
    /* starts a unit that is not active; for one that is, ExecReload= looks whether everything is there and as
     * the file says */
    if (systemd_is_there())
        return become(command(SYSTEMCTL_PATH, "reload-or-restart", names, "netns@", ".service"));
    return become(command(BROKER_PATH, "up", names, "", ""));
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

/* Whatever unit keeps them up: netns@NAME, or netns-TYPE@NAME. What no unit knows of (started by hand) the
 * worker takes down. */
static int stop_as_root(char *const *names)
{
    g_autoptr(GError) error = NULL;
    if (!systemd_is_there())
        return become(command(BROKER_PATH, "down", names, "", ""));
    g_autoptr(GPtrArray) stop = command(SYSTEMCTL_PATH, "stop", names, "netns*@", ".service");
    if (!spawn_run((char *const *)stop->pdata, NULL, -1, NULL, &error))
        say_warning("%s", error->message);
    g_autoptr(GPtrArray) left = still_up(names);
    if (left->len == 1)
        return error ? EXIT_FAILED : 0;
    return become(command(BROKER_PATH, "down", (char *const *)left->pdata, "", ""));
}

static int ask_each(const char *verb, const Options *options)
{
    int status = 0;
    for (char **name = options->rest; *name; name++) {
        Question question = {.verb = verb, .name = *name, .ask_password = !options->no_ask_password};
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

/* The names become parts of unit names and arguments: nothing but names may pass. */
static bool names_are_valid(const char *verb, char *const *names)
{
    if (!names[0]) {
        say_error("%s: which namespace? (netnsctl list shows what there is)", verb);
        return false;
    }
    for (; *names; names++) {
        g_autoptr(GError) error = NULL;
        if (!conf_name_valid(*names, &error)) {
            say_error("%s: %s", verb, error->message);
            return false;
        }
    }
    return true;
}

int start_main(int argc, char **argv)
{
    Options options;
    if (!options_parse(argc, argv, "p", &options) || !names_are_valid("start", options.rest))
        return EXIT_USAGE;
    return is_root() ? start_as_root(options.rest) : ask_each("start", &options);
}

int stop_main(int argc, char **argv)
{
    Options options;
    if (!options_parse(argc, argv, "p", &options) || !names_are_valid("stop", options.rest))
        return EXIT_USAGE;
    return is_root() ? stop_as_root(options.rest) : ask_each("stop", &options);
}
