/* doctor-dns.c - check of netnsctl doctor: are names looked up inside, by whom, and does one that is asked
 * for inside leave by the host?
 *
 * A program that has entered as users do asks by every path (doctor-lookup.c); meanwhile packets are listened
 * to in the host and inside. What was seen in the host and not inside went past the namespace; so did what
 * was answered and seen nowhere (DNS over TLS, a cache). */
#include "doctor-check.h"
#include "doctor-lookup.h"
#include "doctor-mtu.h"
#include "doctor-overhear.h"
#include "doctor-server.h"
#include "ip.h"
#include "paths.h"
#include "spawn.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define TOPIC "DNS"
#define ENTER_LIMIT 7000 /* ms, to enter: the broker may have to be started first, on a slow machine */
#define LATE 60          /* ms, for packets that the program did not wait for */

/* Of each path: how a name is asked for by it, and what closes it. */
typedef struct PathWords {
    const char *path, *asked; /* "a name ASKED" */
    FindingLevel level;       /* of a leak */
    const char *advice;       /* %s: the namespace */
} PathWords;

#define ADVICE_ETC                                                                                           \
    "MountEtc=directory in its [Namespace] section hides the host's resolvers from the programs in %s"
#define ADVICE_BUS "SystemBus=no in its [Namespace] section hides the bus from the programs in %s"
#define ADVICE_SERVERS "netnsctl status %s shows the name servers"
#define ADVICE_NSSWITCH                                                                                      \
    "the line \"hosts: files dns\" in /etc/netns/%s/nsswitch.conf, else a copy of /etc/nsswitch.conf"

/* The system bus is in sight unless a namespace says otherwise, and hardly a program asks that way: a
 * warning.
 */
static const PathWords path_words[] = {
    {"getaddrinfo", "asked for by getaddrinfo, as nearly all programs do,", FINDING_BROKEN, ADVICE_ETC},
    {"nss dns", "asked for by nss-dns", FINDING_BROKEN, ADVICE_SERVERS},
    {"nss resolve", "asked for by nss-resolve", FINDING_BROKEN, ADVICE_ETC},
    {"nss mdns", "asked for by nss-mdns", FINDING_BROKEN, ADVICE_ETC},
    {"resolved socket", "asked of systemd-resolved by its socket", FINDING_BROKEN, ADVICE_ETC},
    {"nscd", "asked of nscd by its socket", FINDING_BROKEN, ADVICE_ETC},
    {"resolved D-Bus", "asked of systemd-resolved over the system bus", FINDING_WARNING, ADVICE_BUS},
    {"avahi D-Bus", "asked of avahi-daemon over the system bus", FINDING_WARNING, ADVICE_BUS},
    {"server", "asked of a name server of resolv.conf", FINDING_BROKEN, ADVICE_SERVERS},
};

typedef struct Examination {
    Patient *patient;
    Overhearing heard;
    bool complete;   /* all was heard: else nothing can be said of leaks */
    json_t *lookups; /* of doctor-lookup */
    unsigned leaks;
    Servers servers;
} Examination;

static size_t number_of(const json_t *lookup)
{
    return (size_t)json_integer_value(json_object_get(lookup, "number")) % LOOKUP_PATHS;
}

/* ---- asking ---------------------------------------------------------------------------------------------
 */

/* Has it ended within the time? */
static bool listen_until_end(Overhearing *heard, int end)
{
    gint64 now = g_get_monotonic_time(), deadline = now + (LOOKUP_LIMIT + ENTER_LIMIT) * 1000;
    bool ended = false;

    while (now < deadline) {
        struct pollfd polls[] = {
            {heard->host, POLLIN, 0}, {heard->inside, POLLIN, 0}, {ended ? -1 : end, POLLIN, 0}};
        if (poll(polls, G_N_ELEMENTS(polls), (int)((deadline - now) / 1000) + 1) > 0)
            overhearing_take(heard);
        now = g_get_monotonic_time();
        if (!ended && polls[2].revents) {
            ended = true;
            deadline = now + LATE * 1000;
        }
    }
    return ended;
}

/* In place of "exited with status 1", if there is anything. */
static void say_instead(GError **error, const char *text)
{
    if (!*text)
        return;
    g_clear_error(error);
    g_set_error_literal(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, text);
}

/* What the program inside has to tell; NULL and an error. */
static json_t *ask(const Patient *patient, const char *token, Overhearing *heard, GError **error)
{
    g_auto(GStrv) upstream = servers_upstream(patient);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *output = NULL;
    json_t *lookups;
    Spawned spawned;
    bool ended;

    for (const char *const *word = (const char *const[]){CHNETNS_PATH, "--no-ask-password", patient->name,
                                                         BROKER_PATH, "doctor-lookup", token, NULL};
         *word; word++)
        g_ptr_array_add(argv, (char *)*word);
    for (char **server = upstream; *server; server++)
        g_ptr_array_add(argv, *server);
    g_ptr_array_add(argv, NULL);
    if (!spawn_begin((char *const *)argv->pdata, NULL, &spawned, error))
        return NULL;
    ended = listen_until_end(heard, spawned.end);
    if (!spawn_end(&spawned, CHNETNS_PATH, 0, &output, error)) {
        g_strchomp(output);
        say_instead(error, ended ? output : CHNETNS_PATH " did not come to its end within ten seconds");
        return NULL;
    }
    lookups = json_loads(output, 0, NULL);
    if (!lookups)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: not understood: %s", BROKER_PATH,
                    output);
    return lookups;
}

/* ---- judging --------------------------------------------------------------------------------------------
 */

static const PathWords *words_of(const json_t *lookup)
{
    for (size_t i = 0; i < G_N_ELEMENTS(path_words); i++)
        if (g_strcmp0(path_words[i].path, lookup_word(lookup, "path")) == 0)
            return &path_words[i];
    return NULL;
}

static char *advise(const char *format, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(format, "%s", -1);

    return g_strjoinv(name, parts);
}

/* What getaddrinfo leaks it leaks by one of the others, whose advice helps. */
static char *advise_leak(const Examination *examination, const PathWords *words)
{
    bool is_first = g_str_equal(words->path, "getaddrinfo");

    return is_first && examination->leaks > 0 ? NULL : advise(words->advice, examination->patient->name);
}

static void found_leak(Examination *examination, const json_t *lookup)
{
    const PathWords *words = words_of(lookup);
    unsigned out = examination->heard.seen_host[number_of(lookup)];
    char interface[IF_NAMESIZE] = "";
    char *text;
    json_t *finding;

    if (out)
        (void)if_indextoname(out, interface);
    text =
        *interface ? g_strdup_printf("a name %s leaves by %s of the host, past the namespace", words->asked,
                                     interface)
                   : g_strdup_printf("a name %s is looked up by the host, past the namespace", words->asked);
    finding = finding_add(examination->patient, words->level, TOPIC, text, advise_leak(examination, words));
    json_object_set_new(finding, "path", json_string(words->path));
    if (*interface)
        json_object_set_new(finding, "interface", json_string(interface));
    examination->leaks++;
}

static bool leaks(const Examination *examination, const json_t *lookup)
{
    size_t number = number_of(lookup);

    return examination->complete && !examination->heard.seen_inside[number] &&
           (examination->heard.seen_host[number] || lookup_is(lookup, LOOKUP_ANSWERED));
}

/* As wide as the first server's, for each family. What is wrong with a link has been told, an end with
 * another MTU among it. */
static void check_mtu(Examination *examination)
{
    static const char *const links[] = {"links", NULL};
    bool done[2] = {};
    size_t i;
    json_t *lookup;

    if (finding_any(examination->patient->findings, 0, links))
        return;
    json_array_foreach(examination->lookups, i, lookup)
    {
        const char *server = lookup_word(lookup, "server");
        IpAddress to = {};
        if (!server || !lookup_is(lookup, LOOKUP_ANSWERED) || !ip_address_parse(server, &to, NULL) ||
            ip_address_is_loopback(&to) || done[to.family == AF_INET6])
            continue;
        done[to.family == AF_INET6] = true;
        doctor_mtu_towards(examination->patient, &to);
    }
}

/* Where a server answers but getaddrinfo asks none. */
static bool is_deaf(const Examination *examination, const json_t *lookup)
{
    size_t number = number_of(lookup);

    return examination->complete && g_strcmp0(lookup_word(lookup, "path"), "getaddrinfo") == 0 &&
           lookup_is(lookup, LOOKUP_ASKED) && examination->servers.working->len > 0 &&
           examination->leaks == 0 && !examination->heard.seen_inside[number] &&
           !examination->heard.seen_host[number];
}

static bool is_leak(const void *user, const json_t *lookup)
{
    return leaks(user, lookup);
}

static void judge(Examination *examination)
{
    size_t i;
    json_t *lookup;

    json_array_foreach(examination->lookups, i, lookup)
    {
        if (!words_of(lookup))
            continue;
        if (leaks(examination, lookup))
            found_leak(examination, lookup);
        else if (lookup_is(lookup, LOOKUP_UNTRIED))
            finding_add(examination->patient, FINDING_NOTE, TOPIC,
                        g_strdup_printf("a name %s was not tried: %s", words_of(lookup)->asked,
                                        lookup_word(lookup, "why")),
                        NULL);
    }
    servers_judge(&examination->servers, examination->patient, examination->lookups, is_leak, examination);
    json_array_foreach(examination->lookups, i, lookup)
    {
        if (is_deaf(examination, lookup))
            finding_add(examination->patient, FINDING_WARNING, TOPIC,
                        g_strdup("getaddrinfo, which nearly all programs call, asks no name server"),
                        advise(ADVICE_NSSWITCH, examination->patient->name));
    }
}

static void conclude(const Examination *examination)
{
    if (!examination->complete)
        finding_add(
            examination->patient, FINDING_WARNING, TOPIC,
            g_strdup(
                "so many packets came by that not all were heard: whether a path leads past the namespace "
                "cannot be told"),
            g_strdup("try again when there is less traffic"));
    else if (examination->servers.named == 0 && examination->leaks == 0)
        servers_missing(examination->patient);
    else if (examination->leaks == 0 && examination->servers.working->len > 0)
        finding_add(examination->patient, FINDING_GOOD, TOPIC,
                    g_strdup_printf("%s %s, and no path leads past the namespace",
                                    examination->servers.working->str,
                                    strchr(examination->servers.working->str, ',') ? "answer" : "answers"),
                    NULL);
}

/* Without the socket nobody enters: that is a finding of doctor_check_client(); nor with bad files in
 * /etc/netns/NAME: doctor_check_etc(). */
void doctor_check_dns(Patient *patient)
{
    g_autofree char *token = g_strdup_printf("%08x", g_random_int());
    g_autoptr(GError) error = NULL;
    Examination examination = {.patient = patient};

    if (patient->shut || access(SOCKET_PATH, F_OK) < 0) {
        servers_unasked(patient);
        return;
    }
    if (overhearing_begin(patient->nsfd, token, &examination.heard, &error)) {
        examination.lookups = ask(patient, token, &examination.heard, &error);
        examination.complete = overhearing_end(&examination.heard);
    }
    if (error) {
        finding_add(patient, FINDING_WARNING, TOPIC,
                    g_strdup_printf("could not be tried: %s", error->message), NULL);
        servers_unasked(patient);
        return;
    }
    judge(&examination);
    conclude(&examination);
    check_mtu(&examination);
    servers_done(&examination.servers);
    json_decref(examination.lookups);
}
