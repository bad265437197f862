/* check-host.c - does what a configuration names exist on this machine?
 *
 * Apart from check.c because only this asks the system: a configuration can be checked for another machine
 * (--root=). */
#include "check-host.h"

#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(GPtrArray *notes, char *where, const char *what)
{
    g_ptr_array_add(notes, g_strdup_printf("%s: note: %s", where, what));
    g_free(where);
}

/* The last line of the section that has @word in it. */
static char *cite_word(const Conf *conf, const char *key, const char *word)
{
    for (guint i = conf->lines->len; i-- > 0;) {
        const ConfLine *line = conf->lines->pdata[i];
        if (g_str_equal(line->section, "Access") && g_str_equal(line->key, key) && strstr(line->value, word))
            return conf_cite_line(line);
    }
    return g_strdup(key);
}

/* A number needs no entry in the user database. */
static bool is_number(const char *text)
{
    return strspn(text, "0123456789") == strlen(text);
}

static void names_note(const Conf *conf, GPtrArray *notes)
{
    for (char **user = conf->access.users; *user; user++)
        if (!is_number(*user) && !getpwnam(*user)) {
            g_autofree char *what = g_strdup_printf("there is no user %s here", *user);
            note(notes, cite_word(conf, "Users", *user), what);
        }
    for (char **group = conf->access.groups; *group; group++)
        if (!is_number(*group) && !getgrnam(*group)) {
            g_autofree char *what = g_strdup_printf("there is no group %s here", *group);
            note(notes, cite_word(conf, "Groups", *group), what);
        }
}

static void file_note(const char *path, const ConfLine *line, bool program, GPtrArray *notes)
{
    struct stat st;
    const char *what = NULL;
    if (stat(path, &st) < 0)
        what = "there is no such file here";
    else if (st.st_uid != 0 || st.st_mode & (S_IWGRP | S_IWOTH))
        what = "others than root could write the file: it will be refused";
    else if (!S_ISREG(st.st_mode) || (program && !(st.st_mode & S_IXUSR)))
        what = program ? "not a program" : "not a file";
    if (what)
        note(notes, conf_cite_line(line), what);
}

void check_host(const Conf *conf, GPtrArray *notes)
{
    names_note(conf, notes);
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        if (link->parent.text[0] && !if_nametoindex(link->parent.text))
            note(notes, conf_cite(link->lines, "Parent"), "there is no such interface here now");
    }
    for (int point = 0; point < HOOK_POINTS; point++)
        for (guint i = 0; i < conf->hooks[point]->len; i++) {
            const HookConf *hook = conf->hooks[point]->pdata[i];
            file_note(hook->argv[0], hook->line, true, notes);
        }
    if (conf->firewall.file)
        file_note(conf->firewall.file, conf->firewall.line, false, notes);
}
