/* watch.c - see watch.h. */
#include "watch.h"

#include "booted.h"
#include "conf.h"
#include "dns-source.h"
#include "endpoint.h"
#include "etc-directory.h"
#include "forwarding.h"
#include "lock.h"
#include "network.h"
#include "nsfs.h"
#include "passage.h"
#include "paths.h"
#include "record.h"
#include "say.h"
#include "servers.h"
#include "spawn.h"
#include "undo.h"
#include "wake.h"
#include "ways.h"

#include <unistd.h>

/* Said once, until it is well again: a look is taken often. */
static void complain(const char *about, const GError *error)
{
    static GHashTable *said;
    const char *before;

    if (!said)
        said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    before = g_hash_table_lookup(said, about);
    if (error && g_strcmp0(before, error->message) != 0) {
        say_warning("%s: %s", about, error->message);
        g_hash_table_replace(said, g_strdup(about), g_strdup(error->message));
    } else if (!error) {
        g_hash_table_remove(said, about);
    }
}

static void set_table(Watch *watch, bool links)
{
    g_autoptr(GError) table = NULL, twin = NULL;
    bool fine = forwarding_refresh(links, watch->host, &table);
    g_auto(Guarded) guarded = forwarding_guarded();

    complain("the firewall", fine ? NULL : table);
    fine = guard_set(watch->guard, &guarded, &twin);
    complain("the firewall's guard", fine ? NULL : twin);
    watch_followed(fine);
}

/* What the worker may not touch; nothing when it has done it. */
static void take_out(void)
{
    g_autoptr(GError) error = NULL;

    if (!passage_close(&error))
        say_warning("%s", error->message);
}

/* The guard goes before the lock is had, because it takes the kernel as long as the worker's own table, which
 * it removes meanwhile under the lock. */
bool watch_needed(Watch *watch)
{
    g_autoptr(GError) error = NULL;
    int host;
    bool needed;

    if (forwarding_is_needed())
        return true;
    guard_clear(watch->guard);
    watch_followed(false);
    host = lock_take(LOCK_HOST, &error);
    complain("the lock", error);
    if (host < 0) /* what is not known to be over goes on */
        return true;
    needed = forwarding_is_needed();
    if (needed) {
        set_table(watch, false);
    } else {
        take_out();
    }
    if (!needed && !endpoint_any()) {
        close(watch->lock); /* who needs us from now on finds it free (wake.h) */
        watch->lock = -1;
    }
    close(host);
    return watch->lock >= 0;
}

/* A namespace that is up, whole, and not being changed. */
static Record *settled(const char *name)
{
    g_autoptr(Record) record = record_load(name, NULL);

    return record && record->ready && record->digest ? g_steal_pointer(&record) : NULL;
}

static void set_ways(Watch *watch, const char *name, const Network *network)
{
    g_autoptr(Record) record = settled(name);
    g_autoptr(GError) error = NULL;
    bool fine;

    if (!record || !json_object_get(record->detail, "uplink"))
        return;
    fine = ways_set_again(name, record->detail, network, watch->host, &error);
    complain(name, fine ? NULL : error);
}

static void set_all_ways(Watch *watch)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = ways_names();
    g_autoptr(Network) network = names[0] ? network_read(watch->host, &error) : NULL;

    complain("the uplink", error);
    for (char **name = names; network && *name; name++)
        set_ways(watch, *name, network);
}

/* The last need may have gone since it was looked: then nothing is to be put back. */
static void look(Watch *watch, bool ways, bool links)
{
    g_autoptr(GError) error = NULL;
    int lock = lock_take(LOCK_HOST, &error);

    complain("the lock", error);
    if (lock < 0)
        return;
    if (forwarding_is_needed()) {
        if (ways)
            set_all_ways(watch);
        set_table(watch, links);
    }
    close(lock);
}

void watch_table(Watch *watch, bool links)
{
    look(watch, false, links);
}

static void set_servers(const char *name, DnsSource source)
{
    g_autofree char *about = g_strdup_printf("%s: name servers", name);
    g_autoptr(GError) error = NULL;
    int nsfd = nsfs_open(name, NULL);

    complain(about, servers_follow(name, source, nsfd, &error) ? NULL : error);
    if (nsfd >= 0)
        close(nsfd);
}

/* Also of those that have come up since they changed: they may have read the former ones. A namespace's
 * resolver is waited for, so never with the host's lock. */
void watch_servers(void)
{
    g_auto(GStrv) names = record_names(NULL);

    for (char **name = names; name && *name; name++) {
        g_autoptr(Record) record = settled(*name);
        if (record && dns_source_noted(record->detail, DNS_SOURCE_HOST))
            set_servers(*name, DNS_SOURCE_HOST);
        if (record && dns_source_noted(record->detail, DNS_SOURCE_UPLINK))
            set_servers(*name, DNS_SOURCE_UPLINK);
    }
}

/* Those with MountEtc=files have no such directory. */
void watch_etc(void)
{
    g_auto(GStrv) names = record_names(NULL);

    for (char **name = names; name && *name; name++) {
        g_autoptr(Record) record = settled(*name);
        g_autoptr(GError) error = NULL;
        if (record && etc_directory_is_there(*name) && !etc_directory_fill(*name, &error))
            complain(*name, error);
    }
}

void watch_ways(Watch *watch)
{
    look(watch, true, true);
    watch_servers();
}

/* Ends of its own that the wildcard leaves out. One in a bridge or in another namespace does no harm. */
static void add_ends(GPtrArray *names, const char *namespace)
{
    g_autoptr(Record) record = record_load(namespace, NULL);
    const json_t *links = record ? json_object_get(record->detail, "links") : NULL;
    size_t i;
    json_t *link;

    json_array_foreach((json_t *)links, i, link)
    {
        const char *end = json_string_value(json_object_get(link, "host"));
        if (end && !json_object_get(link, "peer_namespace") && !g_str_has_prefix(end, "vn-"))
            g_ptr_array_add(names, g_strdup(end));
    }
}

char **watch_interfaces(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) namespaces = record_names(NULL);

    g_ptr_array_add(names, g_strdup("vn-+"));
    for (char **name = namespaces; name && *name; name++)
        if (forwarding_is_needed_by(*name))
            add_ends(names, *name);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}

/* In a child. The worker looks once more, under the namespace's lock, where somebody may be about to make it
 * anew; a unit that has it stops then. With systemd in a unit of its own: ours has a mount namespace, in
 * which nothing can be unmounted for the host. */
G_GNUC_NORETURN static void become_down(const char *name)
{
    char *const run[] = {(char *)SYSTEMD_RUN_PATH,
                         (char *)"--quiet",
                         (char *)"--no-block",
                         (char *)"--collect",
                         (char *)"--property=SyslogIdentifier=netns-broker",
                         (char *)"--",
                         (char *)BROKER_PATH,
                         (char *)"down",
                         (char *)"--gone",
                         (char *)name,
                         NULL};

    if (booted_with_systemd())
        execv(SYSTEMD_RUN_PATH, run);
    execv(BROKER_PATH, run + 6);
    _exit(1);
}

G_GNUC_NORETURN static void become_resolve(void)
{
    execl(BROKER_PATH, BROKER_PATH, "resolve", (char *)NULL);
    _exit(1);
}

void watch_endpoints(void)
{
    pid_t pid = endpoint_any() ? spawn_detach(NULL) : -1;

    if (pid == 0)
        become_resolve();
}

static void take_down(const char *name)
{
    g_autoptr(GError) error = NULL;
    pid_t pid = spawn_detach(&error);

    if (pid == 0)
        become_down(name);
    if (pid < 0)
        say_warning("%s: %s", name, error->message);
}

/* What we take down ourselves has a record that is no longer ready, or none. */
void watch_name(const char *name)
{
    g_autoptr(Record) record = conf_name_valid(name, NULL) ? settled(name) : NULL;

    if (record && undo_has_gone(record))
        take_down(name);
}
