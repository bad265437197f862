/* client-file.c - see client-file.h. */
#include "client-file.h"

#include "say.h"
#include "trusted.h"

#include <unistd.h>

/* Behind the line of ClientFile=, which names the path already. Takes @why. */
static void fail_at(const LinkConf *link, GError *why, GError **error)
{
    g_autofree char *cite = conf_cite(link->lines, "ClientFile");

    g_set_error(error, why->domain, why->code, "%s: %s", cite, say_without(link->dhcp_file, why->message));
    g_error_free(why);
}

/* Whoever can write it tells root's client what to run. A fd (O_PATH) of it; -1 and an error. */
static int file_open(const LinkConf *link, GError **error)
{
    GError *why = NULL;
    struct stat st;
    int fd = trusted_open(link->dhcp_file, &st, &why);

    if (fd >= 0 && !S_ISREG(st.st_mode)) {
        why = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_ISDIR, "it is a directory");
        close(fd);
        fd = -1;
    }
    if (why)
        fail_at(link, why, error);
    return fd;
}

bool client_file_check(const LinkConf *link, GError **error)
{
    int fd = link->dhcp_file ? file_open(link, error) : -1;

    if (fd >= 0)
        close(fd);
    return fd >= 0 || !link->dhcp_file;
}

/* By the fd: its path may lead elsewhere a moment later. */
static char *file_read(const LinkConf *link, gsize *ret_length, GError **error)
{
    int fd = file_open(link, error);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    GError *why = NULL;
    char *text = NULL;

    if (fd < 0)
        return NULL;
    if (!g_file_get_contents(path, &text, ret_length, &why))
        fail_at(link, why, error);
    close(fd);
    return text;
}

bool client_files_read(Conf *conf, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    bool any = false;

    g_clear_pointer(&conf->client_files, g_free);
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        gsize length;
        if (!link->dhcp || !link->dhcp_file)
            continue;
        g_autofree char *text = file_read(link, &length, error);
        if (!text)
            return false;
        g_checksum_update(sum, (const guchar *)text, (gssize)length);
        any = true;
    }
    conf->client_files = any ? g_strdup(g_checksum_get_string(sum)) : NULL;
    return true;
}
