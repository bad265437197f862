/* show.c - netnsctl show: the merged result of a namespace's files. */
#include "show.h"

#include "conf.h"
#include "say.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static Conf *load(const char *what, GError **error)
{
    if (strchr(what, '/') || g_str_has_suffix(what, ".netns"))
        return conf_load_file(what, CONF_ANY_OWNER, NULL, error);
    return conf_load(what, NULL, CONF_STRICT, NULL, error);
}

int show_main(int argc, char **argv)
{
    static const struct option options[] = {{"root", required_argument, NULL, 'r'}, {0}};
    g_autoptr(GError) error = NULL;
    bool usage = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'r')
            conf_set_root(optarg);
        else
            usage = true;
    }
    if (usage || argc - optind != 1)
        return say_usage("show [--root=DIRECTORY] NAME|FILE");
    g_autoptr(Conf) conf = load(argv[optind], &error);
    if (!conf) {
        say_error("%s", error->message);
        return 1;
    }
    g_autofree char *text = conf_show(conf);
    fputs(text, stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}
