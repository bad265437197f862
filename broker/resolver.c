/* resolver.c - see resolver.h. Where systemd runs it is a unit with next to no rights (units/), else a daemon
 * (resolver-daemon.h) that drops its rights itself. */
#include "resolver.h"

#include "booted.h"
#include "etc-file.h"
#include "ip.h"
#include "paths.h"
#include "resolver-daemon.h"
#include "systemctl.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

typedef struct Program {
    const char *name, *path, *package;
    const char *conf;      /* its files, beside resolv.conf */
    const char *servers;   /* read again at SIGHUP */
    const char *daemon[5]; /* how it is started without systemd; %s is the directory */
} Program;

static const Program programs[] = {
    {"dnsmasq",
     SBIN_DIR "/dnsmasq",
     "dnsmasq-base",
     "dnsmasq.conf",
     "dnsmasq.servers",
     {"--keep-in-foreground", "--conf-file=%s/dnsmasq.conf", "--pid-file=%s/resolver.pid"}},
    {"unbound",
     SBIN_DIR "/unbound",
     "unbound",
     "unbound.conf",
     "unbound.conf",
     {"-d", "-c", "%s/unbound.conf"}},
};

static const Program *program_named(const char *name)
{
    for (size_t i = 0; name && i < G_N_ELEMENTS(programs); i++)
        if (g_str_equal(programs[i].name, name))
            return &programs[i];
    return NULL;
}

const char *resolver_program(const Conf *conf)
{
    return conf->dns.resolver == RESOLVER_NONE ? NULL : programs[conf->dns.resolver - RESOLVER_DNSMASQ].name;
}

static char *file_of(const char *name, const char *file)
{
    return g_build_filename(RUN_DIR, "resolver", name, file, NULL);
}

static bool failed(const Conf *conf, GError **error)
{
    g_autofree char *cite = conf_cite(conf->lines, "Resolver");

    g_prefix_error(error, "%s: ", cite);
    return false;
}

bool resolver_check(const Conf *conf, GError **error)
{
    const Program *program = program_named(resolver_program(conf));

    if (!program || access(program->path, X_OK) == 0)
        return true;
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s is not there (in Debian, of the package %s)",
                program->path, program->package);
    return failed(conf, error);
}

/* ---- its files -------------------------------------------------------------------------------------- */

/* Whom a daemon that root starts becomes; as a unit it is nobody else to begin with. */
static const char *user_of(const Program *program)
{
    return booted_with_systemctl() ? "" : getpwnam(program->name) ? program->name : "nobody";
}

static const char *group_of(const char *user)
{
    const struct passwd *entry = getpwnam(user);
    const struct group *group = entry ? getgrgid(entry->pw_gid) : NULL;

    return group ? group->gr_name : "nogroup";
}

/* Nothing but what it is asked for: no DHCP, no TFTP, no names out of the host's files, no file of the
 * host's dnsmasq. */
static char *dnsmasq_conf(const char *name, const Program *program)
{
    g_autofree char *servers = file_of(name, program->servers);
    const char *user = user_of(program);
    g_autofree char *become = *user ? g_strdup_printf("user=%s\ngroup=%s\n", user, group_of(user)) : NULL;

    return g_strdup_printf("# made by netns-broker from [DNS]\n"
                           "interface=lo\n"
                           "bind-interfaces\n"
                           "no-hosts\n"
                           "no-resolv\n"
                           "cache-size=1000\n"
                           "servers-file=%s\n%s",
                           servers, become ? become : "");
}

static char *dnsmasq_servers(char *const *servers)
{
    GString *text = g_string_new(NULL);

    for (; *servers; servers++)
        g_string_append_printf(text, "server=%s\n", *servers);
    return g_string_free(text, FALSE);
}

/* It would ask the root servers itself where there is nobody to be asked; and it has answers of its own for
 * names and addresses of private networks, which a VPN's or an office's server knows better. */
static char *unbound_conf(const char *name, const Program *program, char *const *servers)
{
    g_autofree char *pid = resolver_daemon_pid_file(name);
    GString *text = g_string_new("# made by netns-broker from [DNS]\n");

    g_string_append_printf(text,
                           "server:\n"
                           "    interface: lo\n"
                           "    username: \"%s\"\n"
                           "    chroot: \"\"\n"
                           "    directory: \"\"\n"
                           "    pidfile: \"%s\"\n"
                           "    module-config: \"iterator\"\n"
                           "    hide-identity: yes\n"
                           "    hide-version: yes\n"
                           "    unblock-lan-zones: yes\n"
                           "    local-zone: \"test.\" nodefault\n"
                           "    local-zone: \"home.arpa.\" nodefault\n",
                           user_of(program), pid);
    g_string_append(text,
                    *servers ? "forward-zone:\n    name: \".\"\n" : "    local-zone: \".\" always_refuse\n");
    for (; *servers; servers++)
        g_string_append_printf(text, "    forward-addr: %s\n", *servers);
    g_string_append(text, "remote-control:\n    control-enable: no\n");
    return g_string_free(text, FALSE);
}

/* There when it has read what its files say now: whoever is killed in between leaves it away. */
#define TOLD "told"

static void told(const char *name, bool yes)
{
    g_autofree char *path = file_of(name, TOLD);

    if (yes)
        (void)etc_text_write_private(path, "", NULL);
    else
        (void)unlink(path);
}

/* In place: the unit sees the same inode, by a mount. */
static bool keep(const char *name, const char *file, const char *text, GError **error)
{
    g_autofree char *path = file_of(name, file), *before = NULL;

    if (g_file_get_contents(path, &before, NULL, NULL) && g_str_equal(before, text))
        return true;
    told(name, false);
    return etc_text_write(path, text, error);
}

static bool write_files(const char *name, const Program *program, char *const *servers, bool *ret_changed,
                        GError **error)
{
    bool dnsmasq = g_str_equal(program->name, "dnsmasq");
    g_autofree char *text = dnsmasq ? dnsmasq_conf(name, program) : unbound_conf(name, program, servers);
    g_autofree char *more = dnsmasq ? dnsmasq_servers(servers) : NULL;

    g_autofree char *stamp = file_of(name, TOLD);

    if (!keep(name, program->conf, text, error) || (more && !keep(name, program->servers, more, error)))
        return false;
    *ret_changed = access(stamp, F_OK) < 0;
    return true;
}

/* ---- as a daemon of ours ---------------------------------------------------------------------------- */

static bool start_daemon(const char *name, const Program *program, int nsfd, NsId id, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *dir = file_of(name, NULL);

    g_ptr_array_add(argv, g_strdup(program->path));
    for (const char *const *word = program->daemon; *word; word++) {
        g_auto(GStrv) parts = g_strsplit(*word, "%s", 2);
        g_ptr_array_add(argv, g_strjoinv(dir, parts));
    }
    g_ptr_array_add(argv, NULL);
    return resolver_daemon_start(name, (char *const *)argv->pdata, nsfd, id, error);
}

/* ---- as a unit -------------------------------------------------------------------------------------- */

static bool unit(const char *verb, const char *name, const Program *program, GError **error)
{
    g_autofree char *unit = g_strdup_printf("%s-netns@%s.service", program->name, name);
    g_autofree char *words = g_strconcat("--quiet ", verb, NULL);

    if (systemctl(words, unit, error))
        return true;
    g_prefix_error(error, "cannot %s %s: ", verb, unit);
    return false;
}

/* ---- both ------------------------------------------------------------------------------------------- */

static bool reload(const char *name, const Program *program, NsId id, GError **error)
{
    if (booted_with_systemctl())
        return unit("try-reload-or-restart", name, program, error);
    return resolver_daemon_reload(name, id, error);
}

static bool start(const char *name, const Program *program, int nsfd, NsId id, GError **error)
{
    return booted_with_systemctl() ? unit("start", name, program, error)
                                   : start_daemon(name, program, nsfd, id, error);
}

/* In the namespace @id. */
static bool runs(const char *name, const Program *program, NsId id)
{
    return booted_with_systemctl() ? unit("is-active", name, program, NULL) : resolver_daemon_runs(name, id);
}

static bool start_or_reload(const Conf *conf, const Program *program, char *const *servers, int nsfd,
                            GError **error)
{
    bool changed = false;
    NsId id;

    if (!nsfs_id(nsfd, &id, error) || !write_files(conf->name, program, servers, &changed, error))
        return false;
    if (!(changed && runs(conf->name, program, id) ? reload(conf->name, program, id, error)
                                                   : start(conf->name, program, nsfd, id, error)))
        return false;
    told(conf->name, true);
    return true;
}

bool resolver_start(const Conf *conf, char *const *servers, int nsfd, GError **error)
{
    const Program *program = program_named(resolver_program(conf));

    return !program || start_or_reload(conf, program, servers, nsfd, error) || failed(conf, error);
}

bool resolver_runs(const char *name, const json_t *detail, NsId id)
{
    const Program *program = program_named(json_string_value(json_object_get(detail, RESOLVER)));

    return !program || runs(name, program, id);
}

bool resolver_follow(const char *name, const json_t *detail, NsId id, char *const *servers, GError **error)
{
    const Program *program = program_named(json_string_value(json_object_get(detail, RESOLVER)));
    bool changed = false;

    if (!program)
        return true;
    if (!write_files(name, program, servers, &changed, error) ||
        (changed && !reload(name, program, id, error)))
        return false;
    told(name, true);
    return true;
}

/* One that does not run is stopped, whatever systemctl says. */
static bool stop_unit(const char *name, const Program *program, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (unit("stop", name, program, &why) || !unit("is-active", name, program, NULL))
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

bool resolver_stop(const char *name, const json_t *detail, NsId id, GError **error)
{
    const Program *program = program_named(json_string_value(json_object_get(detail, RESOLVER)));
    const char *const files[] = {TOLD, program ? program->conf : NULL, program ? program->servers : NULL};

    if (!program)
        return true;
    if (!(booted_with_systemctl() ? stop_unit(name, program, error) : resolver_daemon_end(name, id, error)))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = file_of(name, files[i]);
        (void)unlink(path);
    }
    return true;
}
