/* graph.c - netnsctl graph: the namespaces, the host, and the ways out, as a picture.
 *
 * Namespaces as the caller may see them (ask.h); the host's interfaces and routes are everybody's to read. */
#include "graph.h"

#include "ask.h"
#include "graph-dot.h"
#include "graph-host.h"
#include "graph-json.h"
#include "graph-model.h"
#include "graph-svg.h"
#include "graph-text.h"
#include "nsfs.h"
#include "say.h"
#include "survey-link.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define WIDTH 80 /* where neither $COLUMNS nor a terminal says */

typedef enum Form { FORM_TEXT = 't', FORM_DOT = 'd', FORM_SVG = 's', FORM_JSON = 'j' } Form;

static bool options_parse(int argc, char **argv, Form *ret_form)
{
    static const struct option known[] = {{"dot", no_argument, NULL, FORM_DOT},
                                          {"svg", no_argument, NULL, FORM_SVG},
                                          {"json", no_argument, NULL, FORM_JSON},
                                          {0}};
    Form form = FORM_TEXT;
    int option;
    optind = 0; /* glibc: start anew */
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?') {
            say_error("graph: there is no option %s", argv[optind > 0 ? optind - 1 : 0]);
            return false;
        }
        if (form != FORM_TEXT && (int)form != option) {
            say_error("graph: one of --dot, --svg and --json");
            return false;
        }
        form = (Form)option;
    }
    *ret_form = form;
    return true;
}

/* ---- where are we ---- */

static bool is_same_namespace(const json_t *nsid, NsId own)
{
    return nsid && (dev_t)json_integer_value(json_object_get(nsid, "dev")) == own.dev &&
           (ino_t)json_integer_value(json_object_get(nsid, "ino")) == own.ino;
}

/* Whoever asks from inside a namespace sees that one's interfaces, and the broker tells of the host's: then
 * the namespace is one of those told of, or their ends are not among @links. */
static bool sees_host(const json_t *namespaces, const json_t *links)
{
    NsId own = {0};
    int self = nsfs_open_self(NULL);
    bool known = self >= 0 && nsfs_id(self, &own, NULL);
    size_t i, j;
    const json_t *entry, *link;
    if (self >= 0)
        close(self);
    json_array_foreach(namespaces, i, entry)
    {
        if (known && is_same_namespace(json_object_get(entry, "nsid"), own))
            return false;
        json_array_foreach(json_object_get(entry, "links"), j, link)
        {
            const char *peer = json_string_value(json_object_get(link, "peer"));
            if (peer && !json_object_get(link, "peer_namespace") && !survey_link_by_name(links, peer))
                return false;
        }
    }
    return true;
}

/* ---- the terminal ---- */

static int terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    int width = columns ? atoi(columns) : 0;
    if (width > 0)
        return width;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH;
}

static bool is_bold(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

static void print_text(const Graph *graph)
{
    setlocale(LC_CTYPE, "");
    graph_text(graph, terminal_width(), strcmp(nl_langinfo(CODESET), "UTF-8") == 0, is_bold(), stdout);
}

static void print_json(const Graph *graph)
{
    json_t *json = graph_json(graph);
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(json);
}

static int print(const Graph *graph, Form form)
{
    g_autofree char *document = form == FORM_SVG   ? graph_svg(graph)
                                : form == FORM_DOT ? graph_dot(graph)
                                                   : NULL;
    if (document)
        fputs(document, stdout);
    else if (form == FORM_JSON)
        print_json(graph);
    else
        print_text(graph);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    say_error("cannot write to standard output: %s", g_strerror(errno));
    return EXIT_FAILED;
}

static int draw(const json_t *namespaces, Form form)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Nl) nl = nl_open(&error);
    json_t *links = nl ? survey_links(nl, &error) : NULL;
    if (!links) {
        say_error("%s", error->message);
        return EXIT_FAILED;
    }
    bool host = sees_host(namespaces, links);
    if (!host)
        say_warning("graph: from inside a namespace the host's ways out cannot be seen");
    g_autoptr(Graph) graph =
        graph_new(g_get_host_name(), namespaces, host ? links : NULL, graph_host_ask, nl);
    json_decref(links);
    return print(graph, form);
}

int graph_main(int argc, char **argv)
{
    Form form;
    int failures = 0;
    if (!options_parse(argc, argv, &form))
        return EXIT_USAGE;
    json_t *namespaces = ask_statuses(argv + optind, &failures);
    /* with nothing to show of what was asked for, not a picture of something else */
    int status = failures > 0 && json_array_size(namespaces) == 0 ? EXIT_FAILED : draw(namespaces, form);
    json_decref(namespaces);
    return failures > 0 ? EXIT_FAILED : status;
}
