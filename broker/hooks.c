/* hooks.c - see hooks.h. No shell: an argv as it stands in the file. */
#include "hooks.h"

#include "spawn.h"
#include "trusted.h"

#include <unistd.h>

/* Whoever can write the program, or a directory or symbolic link on the way to it, runs as root: so nobody
 * but root may. */
static bool is_roots(const char *path, GError **error)
{
    struct stat st;
    int fd = trusted_open(path, &st, error);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static char **environment(const Conf *conf, const char *ifname, const char *host_ifname)
{
    g_auto(GStrv) env = g_new0(char *, 1);

    env = g_environ_setenv(env, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
    env = g_environ_setenv(env, "LANG", "C", TRUE);
    env = g_environ_setenv(env, "NETNS", conf->name, TRUE);
    if (conf->type)
        env = g_environ_setenv(env, "NETNS_TYPE", conf->type, TRUE);
    if (ifname && *ifname)
        env = g_environ_setenv(env, "IFNAME", ifname, TRUE);
    if (host_ifname && *host_ifname)
        env = g_environ_setenv(env, "HOST_IFNAME", host_ifname, TRUE);
    return g_steal_pointer(&env);
}

bool hooks_run(const Conf *conf, HookPoint point, int nsfd, const char *ifname, const char *host_ifname,
               GError **error)
{
    const GPtrArray *hooks = conf->hooks[point];
    g_auto(GStrv) env = NULL;

    if (hooks->len == 0)
        return true;
    env = environment(conf, ifname, host_ifname);
    for (guint i = 0; i < hooks->len; i++) {
        const HookConf *hook = hooks->pdata[i];
        if (is_roots(hook->argv[0], error) &&
            spawn_run(hook->argv, env, point >= HOOK_INSIDE_PRE_UP ? nsfd : -1, NULL, error))
            continue;
        g_autofree char *cite = conf_cite_line(hook->line);
        g_prefix_error(error, "%s: ", cite);
        return false;
    }
    return true;
}
