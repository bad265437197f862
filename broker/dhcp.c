/* dhcp.c - see dhcp.h. */
#include "dhcp.h"

#include "client-file.h"
#include "dhcp-start.h"
#include "dhcp-trial.h"
#include "leased.h"
#include "lock.h"
#include "refusal.h"
#include "resident.h"
#include "say.h"
#include "spawn.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

/* A card needs some time to agree with its switch. */
#define NO_CARRIER_USEC (5 * G_USEC_PER_SEC)
/* Of both families one is enough, as to networkd; but if the other is there too it comes soon. dhcpcd looks
 * for some five seconds whether an IPv4 address is taken (RFC 5227). */
#define IPV6_USEC (2 * G_USEC_PER_SEC)
#define IPV4_USEC (7 * G_USEC_PER_SEC)
#define PAUSE 200 /* ms between two looks at what comes with no news */

/* A link whose lease is waited for. */
typedef struct Waited {
    const LinkPlan *link;
    const DhcpClient *client;
    gint64 begun, first; /* monotonic; first: when a first family was there, 0: not yet */
    int said;            /* what the client prints: spawn_words */
    bool over;
} Waited;

static void waited_clear(gpointer pointer)
{
    const Waited *waited = pointer;

    if (waited->said >= 0)
        close(waited->said);
}

/* Are they the type's words alone? Then a machine without a client gets its namespace all the same. */
static bool is_asked_for(const LinkConf *link)
{
    for (guint i = 0; i < link->lines->len; i++) {
        const ConfLine *line = link->lines->pdata[i];
        if (!line->from_type && (g_str_equal(line->key, "DHCP") || g_str_equal(line->key, "Client")))
            return true;
    }
    return link->dhcp_required;
}

static bool no_client(const LinkConf *link, GError **error)
{
    g_autofree char *why = dhcp_client_why_not(link);
    g_autofree char *cite = conf_cite(link->lines, link->dhcp_client == DHCP_AUTO ? "DHCP" : "Client");

    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", cite, why);
    return false;
}

static bool lacks_client(const Record *record, const LinkConf *link, GError **error)
{
    g_autofree char *why = dhcp_client_why_not(link);

    if (is_asked_for(link))
        return no_client(link, error);
    say_warning("%s: [Link %s] gets no address: %s", record->name, link->label, why);
    return true;
}

/* @said: what the client prints, or -1. */
static bool start_link(const Record *record, const LinkConf *link, const char *interface, int nsfd, int said,
                       const DhcpClient **ret_client, GError **error)
{
    const char *program;
    g_autofree char *limit = NULL;

    *ret_client = dhcp_start_find(record, link, &program);
    if (!*ret_client)
        return lacks_client(record, link, error);
    limit = dhcp_client_limit(*ret_client, link);
    if (limit && is_asked_for(link))
        say_info("%s: [Link %s]: %s", record->name, link->label, limit);
    if (!client_file_check(link, error))
        return false;
    if (dhcp_start_client(*ret_client, program, record, link, interface, nsfd, said, error))
        return true;
    g_prefix_error(error, "[Link %s]: ", link->label);
    return false;
}

static Families families_there(const Record *record, const char *label)
{
    json_t *lease = leased_load(record->name, label);
    Families there = (Families)((leased_has(lease, "ipv4") ? FAMILIES_IPV4 : 0) |
                                (leased_has(lease, "ipv6") ? FAMILIES_IPV6 : 0));

    json_decref(lease);
    return there;
}

static bool is_enough(Waited *waited, const Record *record, gint64 now)
{
    Families there = families_there(record, waited->link->conf->label);
    Families wanted = dhcp_client_families(waited->client, waited->link->conf);

    if (!there)
        return false;
    if (!waited->first)
        waited->first = now;
    return (there & wanted) == wanted ||
           now - waited->first > (there & FAMILIES_IPV4 ? IPV6_USEC : IPV4_USEC);
}

static char *why_ended(const Waited *waited)
{
    g_autofree char *words = spawn_words(waited->said);
    g_autofree char *word = dhcp_client_word(waited->client, words);

    return word ? g_strdup_printf("%s has ended: %s", waited->client->name, word)
                : g_strdup_printf("%s has ended; the system's log has its messages", waited->client->name);
}

/* NULL: there is still hope. */
static char *why_over(const Waited *waited, const Record *record, Nl *inside, gint64 now)
{
    const LinkConf *link = waited->link->conf;

    if (!dhcp_client_is_there(record, link->label))
        return why_ended(waited);
    if (now - waited->begun > link->dhcp_timeout * G_USEC_PER_SEC)
        return g_strdup_printf("no lease came within %u s", link->dhcp_timeout);
    if (now - waited->begun > NO_CARRIER_USEC && !nl_has_carrier(inside, waited->link->name))
        return g_strdup("the link has no carrier, so no lease came");
    return NULL;
}

/* False: it was needed. */
static bool give_up(const Waited *waited, const Record *record, const char *why, GError **error)
{
    const LinkConf *link = waited->link->conf;
    g_autofree char *cite = NULL;

    if (!link->dhcp_required) {
        say_warning("%s: [Link %s]: %s; %s", record->name, link->label, why,
                    dhcp_client_is_there(record, link->label) ? "it is asked for in the background"
                                                              : "it is started again");
        return true;
    }
    cite = conf_cite(link->lines, "DHCPRequired");
    g_set_error(error, CONF_ERROR, CONF_ERROR_INVALID, "%s: %s", cite, why);
    return false;
}

static bool look(Waited *waited, const Record *record, Nl *inside, GError **error)
{
    gint64 now = g_get_monotonic_time();
    g_autofree char *why = NULL;

    if (waited->over)
        return true;
    if (waited->link->conf->dhcp_timeout == 0 || is_enough(waited, record, now)) {
        waited->over = true;
        return true;
    }
    why = why_over(waited, record, inside, now);
    waited->over = why != NULL;
    return !why || waited->first || give_up(waited, record, why, error);
}

static bool any_waited(const GArray *list)
{
    for (guint i = 0; i < list->len; i++)
        if (!g_array_index(list, Waited, i).over)
            return true;
    return false;
}

static void pause_for_news(int news)
{
    struct pollfd wait = {news, POLLIN, 0};
    char events[4096];

    if (poll(&wait, 1, PAUSE) > 0 && read(news, events, sizeof events) < 0)
        g_usleep(PAUSE * 1000);
}

static bool wait_for_leases(GArray *list, const Record *record, Nl *inside, GError **error)
{
    g_autofree char *directory = leased_directory(record->name);
    int news = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    bool fine = true;

    if (news >= 0)
        (void)inotify_add_watch(news, directory, IN_MOVED_TO);
    do {
        for (guint i = 0; fine && i < list->len; i++)
            fine = look(&g_array_index(list, Waited, i), record, inside, error);
        if (fine && any_waited(list))
            pause_for_news(news);
    } while (fine && any_waited(list));
    if (news >= 0)
        close(news);
    return fine;
}

/* The lease is there before its name servers are: the script is at work until it lets the lock go. */
static bool wait_for_script(const char *name, GError **error)
{
    g_autofree char *lock_name = g_strconcat(LOCK_LEASE, name, NULL);
    int lock = lock_take(lock_name, error);

    if (lock >= 0)
        close(lock);
    return lock >= 0;
}

bool dhcp_is_wanted(const Conf *conf)
{
    for (guint i = 0; i < conf->links->len; i++)
        if (((const LinkConf *)conf->links->pdata[i])->dhcp)
            return true;
    return false;
}

void dhcp_settle(Conf *conf)
{
    bool has_ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0;

    for (guint i = 0; !has_ipv6 && i < conf->links->len; i++) {
        LinkConf *link = conf->links->pdata[i];
        if (link->dhcp == FAMILIES_BOTH)
            link->dhcp = FAMILIES_IPV4;
    }
}

/* It goes on without the lines that it does not understand. */
static void warn_of_file(const Conf *conf, const LinkConf *link)
{
    bool kept_out;
    g_autofree char *why = dhcp_trial(link, &kept_out),
                    *cite = why ? conf_cite(link->lines, "ClientFile") : NULL;

    if (why)
        say_warning("%s: %s: %s", conf->name, cite, why);
}

bool dhcp_check(const Conf *conf, GError **error)
{
    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        const char *program;
        if (!link->dhcp)
            continue;
        if (!dhcp_client_find(link, NULL, &program)) {
            if (is_asked_for(link))
                return no_client(link, error);
        } else if (!client_file_check(link, error)) {
            return false;
        }
        warn_of_file(conf, link);
    }
    return true;
}

bool dhcp_start(const Plan *plan, const Record *record, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(Waited));

    g_array_set_clear_func(list, waited_clear);
    for (guint i = 0; i < plan->links->len; i++) {
        LinkPlan *link = plan->links->pdata[i];
        Waited waited = {.link = link, .begun = g_get_monotonic_time()};
        if (!link->conf->dhcp)
            continue;
        waited.said = spawn_words_open();
        g_array_append_val(list, waited);
        if (!start_link(record, link->conf, link->name, plan->nsfd, waited.said,
                        &g_array_index(list, Waited, list->len - 1).client, error))
            return false;
        if (!g_array_index(list, Waited, list->len - 1).client)
            g_array_set_size(list, list->len - 1);
    }
    return list->len == 0 ||
           (wait_for_leases(list, record, plan->inside, error) && wait_for_script(record->name, error));
}

bool dhcp_start_again(const Conf *conf, const Record *record, int nsfd, GError **error)
{
    const json_t *links = json_object_get(record->detail, "links");

    for (guint i = 0; i < conf->links->len; i++) {
        const LinkConf *link = conf->links->pdata[i];
        const char *interface = json_string_value(json_object_get(json_array_get(links, i), "name"));
        const DhcpClient *client;
        if (link->dhcp && interface && !start_link(record, link, interface, nsfd, -1, &client, error))
            return false;
    }
    return true;
}

static bool end_each(const Record *record, const char *directory, const char *const *suffixes, GError **error)
{
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    const char *entry;
    bool fine = true;

    while (entries && (entry = g_dir_read_name(entries)))
        for (const char *const *suffix = suffixes; *suffix; suffix++) {
            g_autofree char *file = g_build_filename(directory, entry, NULL);
            if (g_str_has_suffix(entry, *suffix))
                fine = resident_end(file, record->id, fine ? error : NULL) && fine;
        }
    return fine;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)where;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

/* Under the script's lock: one that is at work still finds no directory afterwards, and makes none. */
static bool remove_files(const char *name, const char *directory, GError **error)
{
    g_autofree char *lock_name = g_strconcat(LOCK_LEASE, name, NULL);
    int lock = lock_take(lock_name, error);
    bool fine = lock >= 0 &&
                (nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT);

    if (lock >= 0 && !fine)
        (void)refusal(error, "remove", directory);
    if (lock >= 0)
        close(lock);
    return fine;
}

bool dhcp_end(const Record *record, GError **error)
{
    g_autofree char *directory = leased_directory(record->name);

    if (access(directory, F_OK) < 0)
        return true;
    return end_each(record, directory, dhcp_keeper_suffixes, error) &&
           end_each(record, directory, dhcp_pid_suffixes, error) &&
           remove_files(record->name, directory, error);
}
