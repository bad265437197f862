/* check.c - netnsctl check: are the configuration files right?
 *
 * Needs no privilege and changes nothing. Every slip is one line on stdout, as a compiler would have it:
 * FILE:LINE: what. */
#include "check.h"

#include "check-host.h"
#include "conf-source.h"
#include "needs.h"
#include "paths.h"
#include "record.h"
#include "say.h"
#include "service-outdated.h"
#include "status.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".netns"

static bool elsewhere; /* --root: the files are for another machine */

/* By file and line: slips are found section by section, and read top to bottom. */
static int slip_compare(gconstpointer a, gconstpointer b)
{
    const char *left = *(const char *const *)a, *right = *(const char *const *)b;
    size_t file = strcspn(left, ":");
    if (file != strcspn(right, ":") || strncmp(left, right, file) || !left[file])
        return 0;
    return (int)g_ascii_strtoull(left + file + 1, NULL, 10) -
           (int)g_ascii_strtoull(right + file + 1, NULL, 10);
}

/* Print what came of it; @conf NULL: it did not load. Frees both. */
static bool report(const char *what, Conf *conf, GPtrArray *slips)
{
    char *circle = conf && !slips->len ? needs_circle(conf) : NULL;
    char *second = conf && !slips->len ? needs_second_way(conf) : NULL;
    if (circle)
        g_ptr_array_add(slips, circle);
    if (second)
        g_ptr_array_add(slips, second);
    bool good = conf && !slips->len;
    g_ptr_array_sort(slips, slip_compare);
    for (guint i = 0; i < slips->len; i++)
        printf("%s\n", (const char *)slips->pdata[i]);
    bool here = good && !elsewhere;
    bool type = g_str_has_prefix(what, "types/"); /* names no files with keys of its own */
    if (here)
        good = check_host(conf, slips);
    good = good && (!here || (check_ruleset(conf, slips) &&
                              (type || (check_keys(conf, slips) && check_clients(conf, slips)))));
    for (guint i = 0; here && i < slips->len; i++)
        printf("%s\n", (const char *)slips->pdata[i]);
    if (good)
        printf("%s: good\n", what);
    conf_free(conf);
    g_ptr_array_unref(slips);
    return good;
}

/* Of one that is up the word is not that there is no such namespace. */
static void gone_tell(const char *name, GPtrArray *slips)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Record) record = elsewhere ? NULL : record_load(name, NULL);
    g_autoptr(Conf) conf = record ? status_conf(name, record, &error) : NULL;

    if (!g_error_matches(error, CONF_ERROR, CONF_ERROR_GONE))
        return;
    g_ptr_array_set_size(slips, 0);
    g_ptr_array_add(slips, g_strdup_printf("%s: its file has gone while it is up: put %s%s back, or stop it "
                                           "by netnsctl stop %s",
                                           name, name, SUFFIX, name));
}

static bool check_name(const char *name)
{
    GPtrArray *slips = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *what = g_strconcat(name, SUFFIX, NULL);
    Conf *conf = conf_load(name, NULL, CONF_STRICT, slips, &error);

    if (g_error_matches(error, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        gone_tell(name, slips);
    return report(what, conf, slips);
}

static bool check_type(const char *type)
{
    GPtrArray *slips = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *what = g_strconcat("types/", type, SUFFIX, NULL);
    return report(what, conf_load_type(type, CONF_STRICT, slips, NULL), slips);
}

static bool check_file(const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    g_autofree char *base = g_path_get_basename(full);
    const char *below = conf_source_short(full);
    if (below != full && g_str_has_prefix(below, "types/") && g_str_has_suffix(base, SUFFIX)) {
        base[strlen(base) - strlen(SUFFIX)] = '\0';
        return check_type(base);
    }
    GPtrArray *slips = g_ptr_array_new_with_free_func(g_free);
    return report(path, conf_load_file(path, CONF_ANY_OWNER, slips, NULL), slips);
}

/* The names in one directory: namespaces (@sub NULL) or types. Adds to *ret_seen how many there were. */
static bool check_directory(const char *sub, bool (*check)(const char *name), guint *ret_seen)
{
    g_autoptr(GPtrArray) invalid = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = conf_source_names(sub, invalid, &error);
    bool good = names && !invalid->len;
    if (!names)
        printf("%s\n", error->message);
    for (guint i = 0; i < invalid->len; i++)
        printf("%s: never read, its name cannot be a %s's (letters, digits, '_', '.' and '-', at most 32)\n",
               (const char *)invalid->pdata[i], sub ? "type" : "namespace");
    for (char **name = names; name && *name; name++)
        good = check(*name) && good;
    *ret_seen += names ? g_strv_length(names) : 0;
    return good;
}

static bool check_services(void)
{
    g_autoptr(GPtrArray) slips = g_ptr_array_new_with_free_func(g_free);

    service_orphaned_note(slips);
    for (guint i = 0; i < slips->len; i++)
        printf("%s\n", (const char *)slips->pdata[i]);
    return slips->len == 0;
}

static bool check_all(void)
{
    guint seen = 0, types = 0;
    bool good = check_directory(NULL, check_name, &seen);
    good = check_directory("types", check_type, &types) && good;
    good = (elsewhere || check_services()) && good;
    if (!seen)
        printf("No namespace is configured in %s.\n", CONF_DIR);
    return good;
}

int check_main(int argc, char **argv)
{
    static const struct option options[] = {{"root", required_argument, NULL, 'r'}, {0}};
    bool good = true;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'r')
            return say_usage("check [--root=DIRECTORY] [FILE|NAME]...");
        conf_set_root(optarg);
        elsewhere = true;
    }
    if (optind == argc)
        return check_all() ? 0 : 1;
    for (int i = optind; i < argc; i++) {
        bool is_file = strchr(argv[i], '/') || g_str_has_suffix(argv[i], SUFFIX);
        good = (is_file ? check_file(argv[i]) : check_name(argv[i])) && good;
    }
    return good ? 0 : 1;
}
