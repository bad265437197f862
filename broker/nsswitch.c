/* nsswitch.c - see nsswitch.h.
 *
 * resolve, mymachines, mdns*, sss, libvirt and others ask a daemon of the host over a socket, whatever
 * network the program is in; files, dns and myhostname (the machine's own addresses) look only at what the
 * program sees itself. All other databases stay as they are. */
#include "nsswitch.h"

#include "etc-file.h"

#include <string.h>

#define NSSWITCH "/etc/nsswitch.conf"
#define HOSTS "hosts:"

static bool asks_nobody(const char *service)
{
    return g_str_equal(service, "files") || g_str_equal(service, "dns") || g_str_equal(service, "myhostname");
}

/* One word, or all that is in a pair of brackets. NULL: the end, a comment, or a bracket that is not closed.
 * Owned by the caller. */
static char *word_next(const char **at)
{
    const char *start = *at + strspn(*at, " \t"), *end = start + strcspn(start, " \t[#");

    if (*start == '[') {
        const char *close = strpbrk(start, "]#");
        end = close && *close == ']' ? close + 1 : start;
    }
    *at = end;
    return end > start ? g_strndup(start, (gsize)(end - start)) : NULL;
}

static void append_contained(GString *out, const char *services)
{
    g_autoptr(GString) line = g_string_new(NULL);
    bool kept = false, has_files = false, has_dns = false;
    char *word;

    while ((word = word_next(&services))) {
        if (*word != '[')
            kept = asks_nobody(word);
        if (kept)
            g_string_append_printf(line, " %s", word);
        has_files = has_files || g_str_equal(word, "files");
        has_dns = has_dns || g_str_equal(word, "dns");
        g_free(word);
    }
    g_string_append_printf(out, HOSTS "%s%s%s\n", has_files ? "" : " files", line->str,
                           has_dns ? "" : " dns");
}

/* glibc takes a blank for the colon. NULL: another line. */
static const char *services_of_hosts(const char *line)
{
    const char *start = line + strspn(line, " \t");

    if (!g_str_has_prefix(start, "hosts") || !strchr(" \t:", start[strlen("hosts")]))
        return NULL;
    start += strlen("hosts");
    return start + strspn(start, " \t:");
}

char *nsswitch_contain(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    bool found = false;

    for (char **line = lines; *line; line++) {
        const char *services = services_of_hosts(*line);
        if (services) {
            append_contained(out, services);
            found = true;
        } else if (**line)
            g_string_append_printf(out, "%s\n", *line);
    }
    if (!found)
        append_contained(out, "files dns");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

bool nsswitch_write(const char *name, GError **error)
{
    g_autofree char *host = NULL;

    (void)g_file_get_contents(NSSWITCH, &host, NULL, NULL);
    g_autofree char *text = nsswitch_contain(host);
    return etc_file_write(name, "nsswitch.conf", text, error);
}
