/* inside.c - see inside.h. Sysctls are of the namespace that the thread is in, so it goes in and comes back.
 */
#include "inside.h"

#include "nsfs.h"
#include "parse.h"
#include "slaac.h"
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

typedef struct Wish {
    const NamespaceConf *ns;
    json_t *old;
} Wish;

static void note_old(json_t *old, const char *path)
{
    g_autofree char *value = json_object_get(old, path) ? NULL : sysctl_read(path);

    if (value)
        json_object_set_new(old, path, json_string(value));
}

static bool set_noted(json_t *old, const char *path, const char *value, GError **error)
{
    note_old(old, path);
    return sysctl_write(path, value, error);
}

static bool set_namespace(const void *what, GError **error)
{
    const Wish *wish = what;
    const NamespaceConf *ns = wish->ns;

    if ((ns->forwarding & FAMILIES_IPV4) && !set_noted(wish->old, "net/ipv4/ip_forward", "1", error))
        return false;
    if ((ns->forwarding & FAMILIES_IPV6) && !set_noted(wish->old, "net/ipv6/conf/all/forwarding", "1", error))
        return false;
    /* setting all sets default too, so both are noted before; a kernel with ipv6.disable=1 has neither */
    if (ns->ipv6 == TRISTATE_NO && access("/proc/sys/net/ipv6", F_OK) == 0) {
        note_old(wish->old, "net/ipv6/conf/default/disable_ipv6");
        if (!set_noted(wish->old, "net/ipv6/conf/all/disable_ipv6", "1", error))
            return false;
    }
    for (guint i = 0; i < ns->sysctls->len; i++) {
        const SysctlConf *sysctl = ns->sysctls->pdata[i];
        g_autofree char *path = sysctl_path(sysctl->name);
        note_old(wish->old, path);
        if (!set_one(sysctl, path, error))
            return false;
    }
    return true;
}

bool inside_prepare(const Conf *conf, int nsfd, Nl *inside, json_t *old, GError **error)
{
    const NamespaceConf *ns = &conf->ns;
    const Wish wish = {ns, old};
    struct ifinfomsg lo = {
        .ifi_family = AF_UNSPEC, .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

    nl_add(inside, g_strdup("cannot bring up lo"), RTM_NEWLINK, 0, &lo, sizeof lo);
    if (!nl_run(inside, error))
        return false;
    /* no visit where there is nothing to set: it is the usual case */
    if (ns->forwarding == FAMILIES_NONE && ns->ipv6 != TRISTATE_NO && ns->sysctls->len == 0)
        return true;
    return visit(nsfd, set_namespace, &wish, error);
}

/* One that cannot be put back (it may have been a link's) does not keep the others. "all" first: it sets the
 * values of every interface and of default. */
static bool restore(const void *what, GError **error)
{
    const char *path;
    json_t *value;

    (void)error;
    for (int pass = 0; pass < 2; pass++)
        json_object_foreach((json_t *)what, path, value) if ((pass == 0) == !!strstr(path, "/all/"))(void)
            sysctl_write(path, json_string_value(value), NULL);
    return true;
}

bool inside_restore(const json_t *old, int nsfd, GError **error)
{
    return json_object_size(old) == 0 || visit(nsfd, restore, old, error);
}

/* "ipv4.conf.rp_filter" of link eth0 is net/ipv4/conf/eth0/rp_filter, "ipv6.neigh.x" likewise. */
static char *link_path(const char *name, const char *interface)
{
    g_auto(GStrv) words = g_strsplit_set(name, "./", 3);

    return g_strv_length(words) == 3
               ? g_strdup_printf("net/%s/%s/%s/%s", words[0], words[1], interface, words[2])
               : g_strdup(name);
}

/* Who asks for IPv6 addresses wants to know the routers too. dhcpcd listens to them itself, and tells the
 * kernel not to. */
static Tristate accepts_ra(const LinkConf *link)
{
    return link->accept_ra == TRISTATE_UNSET && (link->dhcp & FAMILIES_IPV6) ? TRISTATE_YES : link->accept_ra;
}

static bool set_link(const void *what, GError **error)
{
    const LinkPlan *link = what;

    if (accepts_ra(link->conf) != TRISTATE_UNSET) {
        g_autofree char *path = g_strdup_printf("net/ipv6/conf/%s/accept_ra", link->name);
        /* 2: also where the namespace forwards (ip-sysctl.rst) */
        if (!sysctl_write(path, accepts_ra(link->conf) == TRISTATE_YES ? "2" : "0", error))
            return false;
    }
    if (!slaac_set(link, error))
        return false;
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
    if (accepts_ra(link->conf) == TRISTATE_UNSET && !slaac_is_set(link->conf) &&
        link->conf->sysctls->len == 0)
        return true;
    return visit(link->nsfd, set_link, link, error);
}

static bool distrust(const void *what, GError **error)
{
    static const char *const keys[][2] = {{"ipv6", "accept_ra"},
                                          {"ipv6", "autoconf"},
                                          {"ipv6", "accept_redirects"},
                                          {"ipv4", "accept_redirects"}};
    const LinkPlan *link = what;

    (void)error;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *path = g_strdup_printf("net/%s/conf/%s/%s", keys[i][0], link->host_name, keys[i][1]);
        (void)sysctl_write(path, "0", NULL); /* a kernel without IPv6 has no such files */
    }
    return true;
}

void inside_distrust_end(const LinkPlan *link)
{
    if (link->outer_nsfd < 0)
        (void)distrust(link, NULL);
    else
        (void)visit(link->outer_nsfd, distrust, link, NULL);
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
        if (link->taken)
            json_object_set_new(object, "moved_in", json_true());
    }
}
