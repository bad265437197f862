/* status.c - what there is to say about a namespace: from its file, its record, and the kernel. */
#include "status.h"

#include "conf.h"
#include "dns-source.h"
#include "dropin.h"
#include "etc-own.h"
#include "leased.h"
#include "nsfs.h"
#include "obstacles.h"
#include "paths.h"
#include "record.h"
#include "resolv-line.h"
#include "service-outdated.h"
#include "survey.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void put_string(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_string(value));
}

/* Does a worker hold the namespace's lock (lock.h)? Asked without waiting; a shared lock for a moment
 * disturbs nobody. */
static bool being_changed(const char *name)
{
    g_autofree char *path = g_build_filename(RUN_DIR, "lock", name, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
    if (fd >= 0)
        close(fd);
    return held;
}

/* Of a record that tells of no namespace that is up. Owned by the caller. */
static char *why_broken(const char *name, const Record *record, int nsfd)
{
    const char *failure = json_string_value(json_object_get(record->detail, RECORD_FAILURE));
    g_autofree char *pin = g_build_filename(NSFS_DIR, name, NULL);
    const char *why;

    if (record->ready && nsfd < 0)
        return g_strdup(access(pin, F_OK) < 0 ? "its name in " NSFS_DIR " is gone"
                                              : "its name in " NSFS_DIR " is no namespace");
    if (record->ready && record->digest)
        return g_strdup("its name in " NSFS_DIR " is another namespace's");
    why = record->ready ? "a change of its file could not be applied" : "it was made and not finished";
    return g_strconcat(why, failure ? ": " : NULL, failure, NULL);
}

static const char *state_of(const char *name, const Record *record, int nsfd)
{
    if (being_changed(name))
        return "changing";
    if (!record)
        return nsfd >= 0 ? "foreign" : "down";
    if (!record->ready || !record->digest || !nsfs_is(nsfd, record->id))
        return "broken";
    return "up";
}

static void put_services(json_t *entry, const Conf *conf, json_t *services)
{
    json_t *outdated = conf && services ? service_outdated(conf, services) : NULL;

    if (services)
        json_object_set(entry, "services", services);
    if (outdated)
        json_object_set_new(entry, "outdated", outdated);
}

/* The front lines of every answer. @record and @conf may be NULL. @attached: dropin_attached() */
static json_t *summary(const char *name, const Record *record, int nsfd, const Conf *conf, const GError *slip,
                       const json_t *attached)
{
    json_t *entry = json_pack("{s:s,s:s}", "name", name, "state", state_of(name, record, nsfd));
    bool broken = g_strcmp0(json_string_value(json_object_get(entry, "state")), "broken") == 0;
    g_autofree char *why = broken ? why_broken(name, record, nsfd) : NULL;
    const char *type = record && record->type ? record->type : conf ? conf->type : NULL;
    put_string(entry, "why", why);
    put_string(entry, "type", type);
    if (conf)
        put_string(entry, "description", conf->ns.description);
    if (slip && !g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        put_string(entry, "error", slip->message);
    if (g_error_matches(slip, CONF_ERROR, CONF_ERROR_GONE))
        json_object_set_new(entry, "gone", json_true());
    put_services(entry, conf, json_object_get(attached, name));
    return entry;
}

/* A type that was named at the start only (netns-nat@NAME) has no file: then the record knows it. */
Conf *status_conf(const char *name, const Record *record, GError **error)
{
    g_autoptr(GError) slip = NULL;
    Conf *conf = conf_load(name, NULL, CONF_STRICT, NULL, &slip);
    if (!conf && record && record->asked && g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND))
        return conf_load(name, record->type, CONF_STRICT, NULL, error);
    if (!conf && record && g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND)) {
        g_set_error(error, CONF_ERROR, CONF_ERROR_GONE, "the file %s was made from is gone", name);
        return NULL;
    }
    if (!conf)
        g_propagate_error(error, g_steal_pointer(&slip));
    return conf;
}

json_t *status_list(char *const *names)
{
    json_t *list = json_array(), *attached = dropin_attached(DROPIN_SYSTEM);
    for (; *names; names++) {
        g_autoptr(GError) slip = NULL;
        g_autoptr(Record) record = record_load(*names, NULL);
        g_autoptr(Conf) conf = status_conf(*names, record, &slip);
        int nsfd = nsfs_open(*names, NULL);
        json_array_append_new(list, summary(*names, record, nsfd, conf, slip, attached));
        if (nsfd >= 0)
            close(nsfd);
    }
    json_decref(attached);
    return list;
}

/* "search a b" and the like: all words behind the first. */
static void append_words(json_t *array, char *const *words)
{
    for (; *words; words++)
        if (**words)
            json_array_append_new(array, json_string(*words));
}

static json_t *resolv_parse(const char *path, const char *text)
{
    json_t *servers = json_array(), *domains = json_array();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *server = resolv_line_server(*line);
        g_auto(GStrv) words = g_strsplit_set(g_strstrip(*line), " \t", -1);
        if (!words[0])
            continue;
        if (server)
            json_array_append_new(servers, json_string(server));
        else if (strcmp(words[0], "search") == 0 || strcmp(words[0], "domain") == 0)
            append_words(domains, words + 1);
    }
    return json_pack("{s:s,s:o,s:o}", "file", path, "servers", servers, "domains", domains);
}

static bool sees_the_hosts(const Conf *conf)
{
    return conf && conf->ns.etc == ETC_NO;
}

/* What programs inside see as /etc/resolv.conf: the admin's own file before the one made from [DNS], and with
 * MountEtc=no the host's. NULL: none is known. */
static json_t *dns_of(const char *name, const Conf *conf)
{
    g_autofree char *own = etc_own_path(name, "resolv.conf");
    g_autofree char *made = g_build_filename(ETC_MADE_DIR, name, "resolv.conf", NULL);
    const char *const paths[] = {"/etc/resolv.conf", own, made};
    for (size_t i = sees_the_hosts(conf) ? 0 : 1; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *text = NULL;
        if (g_file_get_contents(paths[i], &text, NULL, NULL))
            return resolv_parse(paths[i], text);
    }
    return NULL;
}

/* The other end, from the record: where it is in another namespace, the kernel knows only an index there. A
 * macvlan's is the sibling in the host. */
static void put_peer(json_t *link, const json_t *made)
{
    if (!json_object_get(link, "peer"))
        put_string(link, "peer", json_string_value(json_object_get(made, "host")));
    put_string(link, "peer_namespace", json_string_value(json_object_get(made, "peer_namespace")));
}

/* Of DHCP, where a client is asking. */
static void put_lease(json_t *link, const Record *record, const json_t *made)
{
    const char *label = json_string_value(json_object_get(made, "label"));
    json_t *lease = label ? leased_load(record->name, label) : NULL;

    if (lease)
        json_object_set_new(link, "lease", lease);
}

static void put_made(json_t *link, const Record *record, const json_t *made)
{
    put_peer(link, made);
    put_lease(link, record, made);
}

static void put_peers(json_t *links, const Record *record)
{
    size_t i, j;
    json_t *made, *link;
    if (!record || !record->detail)
        return;
    json_array_foreach(json_object_get(record->detail, "links"), i, made)
    {
        const char *name = json_string_value(json_object_get(made, "name"));
        json_array_foreach(links, j, link)
        {
            if (g_strcmp0(name, json_string_value(json_object_get(link, "name"))) == 0)
                put_made(link, record, made);
        }
    }
}

/* What the host does for it with [NAT] Uplink= (ways.h). */
static void put_uplink(json_t *entry, const char *name)
{
    g_autofree char *path = g_strconcat(RUN_DIR "/uplink/", name, ".json", NULL);
    json_t *state = json_load_file(path, 0, NULL);
    if (json_is_object(state))
        json_object_set(entry, "uplink", state);
    json_decref(state);
}

/* Of other firewalls, where the host forwards for the namespace (forwarding.h). */
static void put_obstacles(json_t *entry, const char *name)
{
    g_autofree char *needs = g_build_filename(RUN_DIR, "forwarding", name, NULL);
    json_t *list = access(needs, F_OK) == 0 ? obstacles_load() : NULL;

    if (json_array_size(list) > 0)
        json_object_set(entry, "obstacles", list);
    json_decref(list);
}

/* What is opened, from the record too: what a file says counts from the next start on. */
static void put_opened(json_t *entry, const Record *record)
{
    static const char *const keys[] = {"ports", "host_access", "namespace_access"};
    for (size_t i = 0; record && i < G_N_ELEMENTS(keys); i++)
        if (json_object_get(record->detail, keys[i]))
            json_object_set(entry, keys[i], json_object_get(record->detail, keys[i]));
}

static bool put_inside(json_t *entry, const char *name, int nsfd, const Record *record, const Conf *conf,
                       GError **error)
{
    NsId id;
    json_t *found = nsfs_id(nsfd, &id, error) ? survey(nsfd, error) : NULL, *dns = dns_of(name, conf);
    if (!found) {
        json_decref(dns);
        return false;
    }
    put_peers(json_object_get(found, "links"), record);
    put_uplink(entry, name);
    json_object_set_new(entry, "nsid",
                        json_pack("{s:I,s:I}", "dev", (json_int_t)id.dev, "ino", (json_int_t)id.ino));
    json_object_update(entry, found);
    json_decref(found);
    put_obstacles(entry, name);
    put_opened(entry, record);
    if (sees_the_hosts(conf))
        json_object_set_new(entry, "etc", json_string("host"));
    if (dns && (sees_the_hosts(conf) || (record && dns_source_noted(record->detail, DNS_SOURCE_HOST))))
        json_object_set_new(dns, "of_host", json_true());
    if (dns)
        json_object_set_new(entry, "dns", dns);
    return true;
}

json_t *status_of(const char *name, GError **error)
{
    g_autoptr(GError) slip = NULL;
    if (!conf_name_valid(name, error))
        return NULL;
    g_autoptr(Record) record = record_load(name, NULL);
    g_autoptr(Conf) conf = status_conf(name, record, &slip);
    int nsfd = nsfs_open(name, NULL);
    if (!record && nsfd < 0 && g_error_matches(slip, CONF_ERROR, CONF_ERROR_NOT_FOUND)) {
        g_set_error(error, CONF_ERROR, CONF_ERROR_NOT_FOUND,
                    "%s: there is no namespace and no file of that name", name);
        return NULL;
    }
    json_t *attached = dropin_attached(DROPIN_SYSTEM);
    json_t *entry = summary(name, record, nsfd, conf, slip, attached);
    json_decref(attached);
    if (record && record->ruleset && conf)
        put_string(entry, "ruleset", conf->firewall.file);
    if (nsfd >= 0 && !put_inside(entry, name, nsfd, record, conf, error))
        g_clear_pointer(&entry, json_decref);
    if (nsfd >= 0)
        close(nsfd);
    return entry;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **status_names(GError **error)
{
    g_auto(GStrv) files = conf_names(error);
    g_auto(GStrv) records = files ? record_names(error) : NULL;
    if (!records)
        return NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (char **name = files; *name; name++)
        g_ptr_array_add(names, g_strdup(*name));
    for (char **name = records; *name; name++)
        if (!g_strv_contains((const char *const *)files, *name))
            g_ptr_array_add(names, g_strdup(*name));
    qsort(names->pdata, names->len, sizeof names->pdata[0], compare);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}
