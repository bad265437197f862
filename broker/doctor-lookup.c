/* doctor-lookup.c - see doctor-lookup.h. Runs inside, with the mounts of chnetns; all paths at once. */
#include "doctor-lookup.h"

#include "doctor-inquiry.h"
#include "resolv-line.h"
#include "say.h"
#include "spawn.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "example.com" /* RFC 2606 */
#define DOMAIN_LOCAL "local" /* of multicast DNS, RFC 6762 */
#define SERVERS 3            /* as many as programs ask, resolv.conf(5) */
#define REPEAT (1000 * 1000) /* µs, until a name server is asked again */
#define WORDS 20             /* of a command line, and NULL */

/* A path by a program: "@" in its words stands for the name. Where several programs know the same path the
 * first one that is there is run. */
typedef struct ProgramPath {
    const char *path, *domain;
    const char *argv[WORDS];
    const char *const *answers; /* words that only whoever looks names up says; NULL: the exit status tells */
} ProgramPath;

/* busctl goes first: it does not start what does not run. avahi asks at once, and waits for five seconds. */
static const char *const resolved_says[] = {
    "@", "resolve1.", "No appropriate name servers", "Query ", "All attempts", "Network is down", NULL};
static const char *const avahi_says[] = {"@", "Timeout reached", "Avahi.", NULL};

#define RESOLVED "org.freedesktop.resolve1"
#define RESOLVED_PATH "/org/freedesktop/resolve1"
#define AVAHI "org.freedesktop.Avahi"

static const ProgramPath programs[] = {
    {"nss dns", DOMAIN, {"/usr/bin/getent", "-s", "dns", "ahosts", "@"}},
    {"nss resolve", DOMAIN, {"/usr/bin/getent", "-s", "resolve", "ahosts", "@"}},
    {"nss mdns",
     DOMAIN_LOCAL,
     {"/usr/bin/getent", "-s", "mdns4_minimal mdns_minimal mdns4 mdns", "ahosts", "@"}},
    {"resolved D-Bus",
     DOMAIN,
     {"/usr/bin/busctl", "--system", "--auto-start=no", "--timeout=3", "call", RESOLVED, RESOLVED_PATH,
      RESOLVED ".Manager", "ResolveHostname", "isit", "0", "@", "2", "0"},
     resolved_says},
    {"resolved D-Bus",
     DOMAIN,
     {"/usr/bin/gdbus", "call", "--system", "--timeout=3", "--dest=" RESOLVED, "--object-path=" RESOLVED_PATH,
      "--method=" RESOLVED ".Manager.ResolveHostname", "0", "@", "2", "0"},
     resolved_says},
    {"resolved D-Bus",
     DOMAIN,
     {"/usr/bin/dbus-send", "--system", "--print-reply", "--reply-timeout=3000", "--dest=" RESOLVED,
      RESOLVED_PATH, RESOLVED ".Manager.ResolveHostname", "int32:0", "string:@", "int32:2", "uint64:0"},
     resolved_says},
    {"avahi D-Bus",
     DOMAIN_LOCAL,
     {"/usr/bin/busctl", "--system", "--auto-start=no", "--timeout=1", "--", "call", AVAHI, "/",
      AVAHI ".Server", "ResolveHostName", "iisiu", "-1", "-1", "@", "0", "0"},
     avahi_says},
    {"getaddrinfo", DOMAIN, {"/usr/bin/getent", "ahosts", "@"}},
};

typedef struct Lookup {
    unsigned number;
    const char *path;
    char *name;
    char *server;
    const char *outcome; /* NULL: not known yet */
    char *why;
    /* one of them */
    const ProgramPath *program;
    Spawned spawned;
    void (*hear)(Inquiry *inquiry);
    Inquiry inquiry;
} Lookup;

typedef struct Lookups {
    const char *token;
    Lookup all[LOOKUP_PATHS];
    size_t count;
} Lookups;

static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C",
                                    "RES_OPTIONS=timeout:1 attempts:1", NULL};

/* ---- beginning ---------------------------------------------------------------------------------------- */

static Lookup *add(Lookups *lookups, const char *path, const char *domain)
{
    Lookup *lookup = &lookups->all[lookups->count];

    g_assert(lookups->count < LOOKUP_PATHS);
    *lookup =
        (Lookup){.number = (unsigned)lookups->count++, .path = path, .inquiry.fd = -1, .spawned.end = -1};
    lookup->name = g_strdup_printf(LOOKUP_PREFIX "%s%02x.%s", lookups->token, lookup->number, domain);
    return lookup;
}

static bool is_there(const ProgramPath *program)
{
    return access(program->argv[0], X_OK) == 0;
}

static void begin_program(Lookups *lookups, const ProgramPath *program)
{
    Lookup *lookup = add(lookups, program->path, program->domain);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

    for (const char *const *word = program->argv; *word; word++) {
        const char *at = strchr(*word, '@');
        g_ptr_array_add(words, at ? g_strdup_printf("%.*s%s", (int)(at - *word), *word, lookup->name)
                                  : g_strdup(*word));
    }
    g_ptr_array_add(words, NULL);
    lookup->program = program;
    if (spawn_begin((char *const *)words->pdata, environment, &lookup->spawned, &error))
        return;
    lookup->outcome = LOOKUP_FAILED;
    lookup->why = g_strdup(error->message);
}

static bool is_tried(const Lookups *lookups, const char *path)
{
    for (size_t i = 0; i < lookups->count; i++)
        if (g_str_equal(lookups->all[i].path, path))
            return true;
    return false;
}

/* What is missing is told once, by the program that is asked first. */
static void begin_programs(Lookups *lookups)
{
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
        if (is_there(&programs[i]) && !is_tried(lookups, programs[i].path))
            begin_program(lookups, &programs[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
        if (!is_tried(lookups, programs[i].path)) {
            Lookup *lookup = add(lookups, programs[i].path, programs[i].domain);
            lookup->outcome = LOOKUP_UNTRIED;
            lookup->why = g_strdup_printf("there is no %s", programs[i].argv[0]);
        }
}

static void begin_sockets(Lookups *lookups)
{
    Lookup *lookup = add(lookups, "resolved socket", DOMAIN);

    lookup->hear = inquiry_hear_varlink;
    inquiry_begin_varlink(&lookup->inquiry, "/run/systemd/resolve/io.systemd.Resolve", lookup->name);
    lookup = add(lookups, "nscd", DOMAIN);
    lookup->hear = inquiry_hear_nscd;
    inquiry_begin_nscd(&lookup->inquiry, "/run/nscd/socket", lookup->name);
}

static void begin_server(Lookups *lookups, const char *path, const char *server)
{
    Lookup *lookup = add(lookups, path, DOMAIN);

    lookup->server = g_strdup(server);
    lookup->hear = inquiry_hear_server;
    inquiry_begin_server(&lookup->inquiry, server, lookup->name);
}

static void begin_servers(Lookups *lookups)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) servers = NULL;

    if (!g_file_get_contents("/etc/resolv.conf", &text, NULL, NULL))
        return;
    servers = resolv_line_servers(text);
    for (int i = 0; servers[i] && i < SERVERS; i++)
        begin_server(lookups, "server", servers[i]);
}

/* ---- waiting ------------------------------------------------------------------------------------------- */

static bool says(const Lookup *lookup, const char *output)
{
    for (const char *const *word = lookup->program->answers; *word; word++)
        if (strstr(output, (*word)[0] == '@' ? lookup->name : *word))
            return true;
    return false;
}

/* It has ended, or is to end now. */
static void end_program(Lookup *lookup)
{
    g_autofree char *output = NULL;
    bool fine = spawn_end(&lookup->spawned, lookup->program->argv[0], 0, &output, NULL);

    if (fine)
        lookup->outcome = LOOKUP_ANSWERED;
    else if (!lookup->program->answers)
        lookup->outcome = LOOKUP_ASKED;
    else
        lookup->outcome = says(lookup, output) ? LOOKUP_ANSWERED : LOOKUP_CLOSED;
}

static int fd_of(const Lookup *lookup)
{
    return lookup->program ? lookup->spawned.end : lookup->inquiry.fd;
}

static void hear(Lookup *lookup)
{
    if (lookup->program) {
        end_program(lookup);
        return;
    }
    lookup->hear(&lookup->inquiry);
    lookup->outcome = lookup->inquiry.outcome;
}

/* Until something is heard, or @until. */
static bool wait_a_while(Lookups *lookups, gint64 until)
{
    struct pollfd polls[LOOKUP_PATHS];
    gint64 left = MAX(until - g_get_monotonic_time(), 0);
    bool any = false;

    for (size_t i = 0; i < lookups->count; i++) {
        polls[i] = (struct pollfd){lookups->all[i].outcome ? -1 : fd_of(&lookups->all[i]), POLLIN, 0};
        any = any || !lookups->all[i].outcome;
    }
    if (any && poll(polls, lookups->count, (int)(left / 1000) + 1) > 0)
        for (size_t i = 0; i < lookups->count; i++)
            if (polls[i].revents)
                hear(&lookups->all[i]);
    return any;
}

static void repeat(Lookups *lookups)
{
    for (size_t i = 0; i < lookups->count; i++)
        if (!lookups->all[i].outcome && lookups->all[i].server) {
            inquiry_repeat_server(&lookups->all[i].inquiry, lookups->all[i].name);
            lookups->all[i].outcome = lookups->all[i].inquiry.outcome;
        }
}

static void wait_for_all(Lookups *lookups)
{
    gint64 now = g_get_monotonic_time(), end = now + LOOKUP_LIMIT * 1000, again = now + REPEAT;

    while (now < end && wait_a_while(lookups, MIN(again, end))) {
        now = g_get_monotonic_time();
        if (now >= again) {
            repeat(lookups);
            again += REPEAT;
        }
    }
    for (size_t i = 0; i < lookups->count; i++) {
        Lookup *lookup = &lookups->all[i];
        if (!lookup->outcome && lookup->program)
            end_program(lookup);
        else if (!lookup->outcome)
            lookup->outcome = LOOKUP_SILENT;
    }
}

/* ---- the verb -------------------------------------------------------------------------------------------
 */

/* What could not even be sent is known without waiting. */
static void settle(Lookup *lookup)
{
    if (!lookup->outcome && !lookup->program)
        lookup->outcome = lookup->inquiry.outcome;
}

static json_t *tell(Lookup *lookup)
{
    const char *why = lookup->why ? lookup->why : lookup->inquiry.why;

    return json_pack("{s:i, s:s, s:s, s:s*, s:s*}", "number", (int)lookup->number, "path", lookup->path,
                     "outcome", lookup->outcome, "server", lookup->server, "why", why);
}

static void done(Lookup *lookup)
{
    inquiry_done(&lookup->inquiry);
    g_free(lookup->name);
    g_free(lookup->server);
    g_free(lookup->why);
}

int lookup_main(int argc, char **argv)
{
    Lookups lookups = {};
    json_t *all = json_array();

    if (argc < 2 || strlen(argv[1]) != LOOKUP_TOKEN)
        return say_usage("doctor-lookup TOKEN [SERVER...]");
    lookups.token = argv[1];
    begin_sockets(&lookups);
    begin_programs(&lookups);
    begin_servers(&lookups);
    for (int i = 2; i < argc && i < 2 + LOOKUP_SERVERS; i++)
        begin_server(&lookups, "upstream", argv[i]);
    for (size_t i = 0; i < lookups.count; i++)
        settle(&lookups.all[i]);
    wait_for_all(&lookups);
    for (size_t i = 0; i < lookups.count; i++) {
        json_array_append_new(all, tell(&lookups.all[i]));
        done(&lookups.all[i]);
    }
    json_dumpf(all, stdout, JSON_COMPACT);
    json_decref(all);
    return fflush(stdout) == 0 ? 0 : 1;
}

const char *lookup_word(const json_t *lookup, const char *key)
{
    return json_string_value(json_object_get(lookup, key));
}

bool lookup_is(const json_t *lookup, const char *outcome)
{
    return g_strcmp0(lookup_word(lookup, "outcome"), outcome) == 0;
}
