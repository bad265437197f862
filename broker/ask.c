/* ask.c - netnsctl's verbs for everybody that look: list, status. Those that change are in manage.c.
 *
 * Root finds out for itself, so that these work where no broker runs; everybody else asks the broker, which
 * knows what they may see. */
#include "ask.h"

#include "conf.h"
#include "page.h"
#include "remark.h"
#include "say.h"
#include "service-outside.h"
#include "service-user.h"
#include "status.h"
#include "talk.h"
#include "unit-state.h"
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
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
}

/* The caller's own, which the broker does not know of; and which of all run elsewhere. @list: of entries. */
static void services_add(json_t *list)
{
    json_t *attached = service_user_attached(), *entry;
    size_t i;
    json_array_foreach(list, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));
        if (name && json_object_get(attached, name))
            json_object_set(entry, "user_services", json_object_get(attached, name));
        service_outside_add(entry);
    }
    json_decref(attached);
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
    services_add(list);
    if (options.json)
        json_print(list);
    else if (options.names)
        page_names(list);
    else
        page_list(list, !options.no_legend);
    json_decref(list);
    return flushed();
}

void ask_services(json_t *entry)
{
    json_t *list = json_pack("[O]", entry);
    services_add(list);
    json_decref(list);
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
    services_add(all);
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
        remark_failure(entry);
        remark_leases(entry);
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
