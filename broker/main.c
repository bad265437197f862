/* main.c - netns-broker, also called netnsctl: a table of verbs. */
#include "ask.h"
#include "check.h"
#include "doctor-lookup.h"
#include "doctor.h"
#include "graph.h"
#include "keeper.h"
#include "manage.h"
#include "parse.h"
#include "paths.h"
#include "resolve.h"
#include "save.h"
#include "say.h"
#include "script.h"
#include "service.h"
#include "show.h"
#include "take.h"
#include "up.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int serve_main(int argc, char **argv);
static int watch_main(int argc, char **argv);

typedef struct Verb {
    const char *name;
    int (*main)(int argc, char **argv); /* argv[0] is the verb */
    const char *arguments;
    const char *help; /* NULL: nobody but ourselves calls it */
} Verb;

static const Verb verbs[] = {
    {"list", list_main, "[--json]", "namespaces you may see, and their state"},
    {"status", status_main, "[--json] [NAME...]", "links, addresses, routes, DNS, who is inside"},
    {"graph", graph_main, "[--svg|--dot] [NAME...]", "draw them, the host, and the ways out"},
    {"start", start_main, "[--no-ask-password] NAME...", "bring namespaces up"},
    {"stop", stop_main, "[--no-ask-password] NAME...", "take namespaces down"},
    {"restart", restart_main, "[--no-ask-password] NAME...", "take them down and bring them up anew"},
    {"check", check_main, "[NAME|FILE...]", "find slips in the configuration"},
    {"doctor", doctor_main, "[--json] [NAME...]", "what is wrong, and what to do"},
    {"show", show_main, "NAME", "print the merged configuration"},
    {"up", up_main, "[--type=TYPE] [--all] NAME...", "the worker: build (root; what the units call)"},
    {"down", down_main, "[--no-block] [--all] NAME...", "the worker: remove (root; what the units call)"},
    {"save-firewall", save_firewall_main, "NAME...", "write the live rules back to their file (root)"},
    {"attach", attach_main, "[--user] [--now] NAME UNIT...", "keep services in a namespace"},
    {"detach", detach_main, "[--user] [--now] UNIT...", "let them out again"},
    {"take", take_main, "NAME", "the script of OpenVPN or OpenConnect: hand its interface over (root)"},
    {"resolve", resolve_main, "[NAME...]", "look up silent WireGuard endpoints (root; the watch does)"},
    {"watch", watch_main, "", "follow the uplink and the firewalls (root; starts by itself)"},
    {"serve", serve_main, "[--listen PATH]", "answer chnetns and netnsctl (root; what the socket starts)"},
    {"doctor-lookup", lookup_main, NULL, NULL},
};

/* The front and the watch are programs of their own: gio, libsystemd and libnftables would cost every other
 * verb 1.3 ms. */
static int become(const char *path, char **argv)
{
    execv(path, argv);
    say_error("cannot start %s: %m", path);
    return 1;
}

static int serve_main(int argc, char **argv)
{
    return become(SERVE_PATH, argv);
}

static int watch_main(int argc, char **argv)
{
    return become(WATCH_PATH, argv);
}

#define ROW "  %-13s %-29s %s\n"

static int usage(FILE *out, int status)
{
    fprintf(out, "Usage: netnsctl VERB [OPTION...] [NAME...]\n\n");
    for (size_t i = 0; i < G_N_ELEMENTS(verbs) && verbs[i].help; i++)
        fprintf(out, ROW, verbs[i].name, verbs[i].arguments, verbs[i].help);
    fprintf(out, ROW ROW, "--help", "", "this text", "--version", "", "the version");
    fprintf(out, "\nTo run a program in a namespace: chnetns NAME COMMAND. See netnsctl(1), netns(5).\n");
    return status;
}

static int unknown(const char *verb)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = {};
    const char *nearest;

    for (size_t i = 0; i < G_N_ELEMENTS(verbs) && verbs[i].help; i++)
        names[i] = verbs[i].name;
    nearest = word_nearest(verb, names);
    if (nearest) {
        say_error("unknown verb \"%s\", did you mean %s?", verb, nearest);
        return 2;
    }
    say_error("unknown verb \"%s\"", verb);
    return usage(stderr, 2);
}

int main(int argc, char **argv)
{
    if (argc < 1 || !argv[0])
        return 2;
    if (script_is_called(argv[0]))
        return script_main(argc, argv);
    if (keeper_is_called(argv[0]))
        return keeper_main(argc, argv);
    say_as(g_str_has_suffix(argv[0], "netnsctl") ? "netnsctl" : "netns-broker");
    if (argc < 2)
        return usage(stderr, 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return usage(stdout, 0);
    if (strcmp(argv[1], "--version") == 0)
        return puts("netns-broker " VERSION) < 0;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i].name, argv[1]) == 0)
            return verbs[i].main(argc - 1, argv + 1);
    return unknown(argv[1]);
}
