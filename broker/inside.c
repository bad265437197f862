/* inside.c - see inside.h. Sysctls are of the namespace that the thread is in, so it goes in and comes back.
 */
#include "inside.h"

#include "nsfs.h"
#include "parse.h"
#include "sysctl.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

typedef bool (*Job)(const void *what, GError **error);

static bool visit(int nsfd, Job job, const void *what, GError **error)
{
    int home = nsfs_open_self(error);
    bool fine = home >= 0 && nsfs_enter(nsfd, error);

    if (fine) {
        fine = job(what, error);
        nsfs_return(home);
    }
    if (home >= 0)
        close(home);
    return fine;
}

static bool set_one(const SysctlConf *sysctl, const char *path, GError **error)
{
    g_autofree char *cite = NULL;

    if (sysctl_write(path, sysctl->value, error))
        return true;
    cite = conf_cite_line(sysctl->line);
    g_prefix_error(error, "%s: ", cite);
    return false;
}

static bool set_namespace(const void *what, GError **error)
{
    const NamespaceConf *ns = what;

    if ((ns->forwarding & FAMILIES_IPV4) && !sysctl_write("net/ipv4/ip_forward", "1", error))
        return false;
    if ((ns->forwarding & FAMILIES_IPV6) && !sysctl_write("net/ipv6/conf/all/forwarding", "1", error))
        return false;
    if (ns->ipv6 == TRISTATE_NO && (!sysctl_write("net/ipv6/conf/all/disable_ipv6", "1", error) ||
                                    !sysctl_write("net/ipv6/conf/default/disable_ipv6", "1", error)))
        return false;
    for (guint i = 0; i < ns->sysctls->len; i++) {
        const SysctlConf *sysctl = ns->sysctls->pdata[i];
        g_autofree char *path = sysctl_path(sysctl->name);
        if (!set_one(sysctl, path, error))
            return false;
    }
    return true;
}

bool inside_prepare(const Conf *conf, int nsfd, Nl *inside, GError **error)
{
    const NamespaceConf *ns = &conf->ns;
    struct ifinfomsg lo = {
        .ifi_family = AF_UNSPEC, .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

    nl_add(inside, g_strdup("cannot bring up lo"), RTM_NEWLINK, 0, &lo, sizeof lo);
    if (!nl_run(inside, error))
        return false;
    /* no visit where there is nothing to set: it is the usual case */
    if (ns->forwarding == FAMILIES_NONE && ns->ipv6 != TRISTATE_NO && ns->sysctls->len == 0)
        return true;
    return visit(nsfd, set_namespace, ns, error);
}

/* "ipv4.conf.rp_filter" of link eth0 is net/ipv4/conf/eth0/rp_filter, "ipv6.neigh.x" likewise. */
static char *link_path(const char *name, const char *interface)
{
    g_auto(GStrv) words = g_strsplit_set(name, "./", 3);

    return g_strv_length(words) == 3
               ? g_strdup_printf("net/%s/%s/%s/%s", words[0], words[1], interface, words[2])
               : g_strdup(name);
}

static bool set_link(const void *what, GError **error)
{
    const LinkPlan *link = what;

    if (link->conf->accept_ra != TRISTATE_UNSET) {
        g_autofree char *path = g_strdup_printf("net/ipv6/conf/%s/accept_ra", link->name);
        /* 2: also where the namespace forwards (ip-sysctl.rst) */
        if (!sysctl_write(path, link->conf->accept_ra == TRISTATE_YES ? "2" : "0", error))
            return false;
    }
    for (guint i = 0; i < link->conf->sysctls->len; i++) {
        const SysctlConf *sysctl = link->conf->sysctls->pdata[i];
        g_autofree char *path = link_path(sysctl->name, link->name);
        if (!set_one(sysctl, path, error))
            return false;
    }
    return true;
}

bool inside_link_sysctls(const LinkPlan *link, GError **error)
{
    if (link->conf->accept_ra == TRISTATE_UNSET && link->conf->sysctls->len == 0)
        return true;
    return visit(link->nsfd, set_link, link, error);
}

static json_t *texts(const GPtrArray *prefixes)
{
    json_t *list = json_array();

    for (guint i = 0; i < prefixes->len; i++) {
        g_autofree char *text = ip_prefix_format(prefixes->pdata[i]);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

void inside_describe(const Plan *plan, json_t *detail)
{
    json_t *links = json_object_get(detail, "links");

    for (guint i = 0; i < plan->links->len; i++) {
        const LinkPlan *link = plan->links->pdata[i];
        json_t *object = json_array_get(links, i);
        json_object_set_new(object, "addresses", texts(link->addresses));
        json_object_set_new(object, "host_addresses", texts(link->host_addresses));
    }
}
