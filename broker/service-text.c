/* service-text.c - see service-text.h.
 *
 * What a program gets that enters by chnetns (cover.c), said in systemd's words. The directory for /etc is
 * one that a unit of its own has put together in the host (units/netnsctl-etc@.service.in). What is hidden is
 * a new, empty directory: below an inaccessible one systemd would mount nothing, and with MountEtc=files it
 * follows the symlink /etc/resolv.conf to a file in there (tried on 252 and 257). The directory is made in
 * the host where it is missing, so that a daemon which starts later is hidden as well. */
#include "service-text.h"

#include "dropin.h"
#include "etc-own.h"
#include "hidden.h"
#include "paths.h"
#include "record.h"
#include "trusted.h"

#include <string.h>
#include <unistd.h>

/* ---- /etc, and the sockets of those who look up names */

static void file_append(GString *text, const char *mark, const char *source, const char *entry)
{
    g_string_append_printf(text, "BindReadOnlyPaths=%s%s:/etc/%s\n", mark, source, entry);
}

/* One of /etc/netns/NAME. systemd would make what it is to be mounted over, in the host's /etc. */
static bool own_append(GString *text, const char *name, const char *entry, GPtrArray *notes, GError **error)
{
    g_autofree char *source = etc_own_path(name, entry);
    g_autofree char *target = g_build_filename("/etc", entry, NULL);
    struct stat st;
    int fd;

    if (!etc_own_check(name, entry, error))
        return false;
    if (lstat(target, &st) < 0) {
        if (notes)
            g_ptr_array_add(notes, g_strdup_printf("%s will not be seen by the service: there is no %s that "
                                                   "it could cover",
                                                   source, target));
        return true;
    }
    fd = trusted_open(source, &st, error);
    if (fd < 0)
        return false;
    close(fd);
    file_append(text, "", source, entry);
    return true;
}

/* What `up` makes, unless the administrator has one of his own. @mark "-": it need not be there. */
static void made_append(GString *text, const char *name, char *const *own, const char *mark,
                        const char *entry)
{
    g_autofree char *source = g_build_filename(ETC_MADE_DIR, name, entry, NULL);

    if (!g_strv_contains((const char *const *)own, entry))
        file_append(text, mark, source, entry);
}

/* The files that `up` makes, where no directory has them. */
static void made_files_append(GString *text, const char *name, char *const *own)
{
    made_append(text, name, own, "", "resolv.conf");
    made_append(text, name, own, "", "nsswitch.conf");
    made_append(text, name, own, "-", "hosts");
}

static void hidden_append(GString *text, const NamespaceConf *ns)
{
    static const char *const hidden[] = {HIDDEN_DIRECTORIES};

    for (size_t i = 0; ns->etc != ETC_NO && i < G_N_ELEMENTS(hidden); i++)
        g_string_append_printf(text, "TemporaryFileSystem=%s:ro\n", hidden[i]);
    if (ns->bus == TRISTATE_NO)
        g_string_append(text, "TemporaryFileSystem=" HIDDEN_BUS ":ro\n");
}

/* As MountEtc= and SystemBus= say. */
static bool covers_append(GString *text, const Conf *conf, GPtrArray *notes, GError **error)
{
    g_auto(GStrv) own = conf->ns.etc == ETC_NO ? g_new0(char *, 1) : etc_own_entries(conf->name, error);

    if (!own)
        return false;
    if (conf->ns.etc == ETC_DIRECTORY)
        g_string_append_printf(text, "BindPaths=" RUN_DIR "/etc/%s:/etc\n", conf->name);
    for (char **entry = own; *entry; entry++)
        if (!own_append(text, conf->name, *entry, notes, error))
            return false;
    if (conf->ns.etc == ETC_FILES)
        made_files_append(text, conf->name, own);
    hidden_append(text, &conf->ns);
    return true;
}

/* ---- the whole */

/* A socket is wanted before basic.target, a namespace comes up after it: with its usual dependencies systemd
 * would find a circle at boot, and leave one of them out. */
static const char late_socket[] = "DefaultDependencies=no\n"
                                  "Requires=sysinit.target\n"
                                  "After=sysinit.target\n"
                                  "Conflicts=shutdown.target\n"
                                  "Before=shutdown.target\n";

char *service_text(const char *unit, const Conf *conf, const char *namespace_unit, GPtrArray *notes,
                   GError **error)
{
    g_autofree char *heading = dropin_heading(conf->name, unit, false);
    g_autoptr(GString) text = g_string_new(heading);
    bool is_socket = g_str_has_suffix(unit, ".socket");

    g_string_append_printf(text, "[Unit]\nBindsTo=%s\nAfter=%s\n%s", namespace_unit, namespace_unit,
                           is_socket ? late_socket : "");
    g_string_append_printf(text, "\n[%s]\nNetworkNamespacePath=/run/netns/%s\n",
                           is_socket ? "Socket" : "Service", conf->name);
    if (!covers_append(text, conf, notes, error))
        return NULL;
    return g_string_free(g_steal_pointer(&text), FALSE);
}
