/* dhcp-start.c - see dhcp-start.h.
 *
 * A client runs in a mount namespace of its own (room.h), where the directories in which it keeps sockets,
 * pids and leases are this link's alone: "eth0" is the name of many an interface. Its program is bound to
 * another place: AppArmor attaches a profile by the path (Debian has one of /usr/sbin/dhclient), which knows
 * the files of the host's own client only, and cannot let it run our script under NoNewPrivileges=. */
#include "dhcp-start.h"

#include "grant-take.h"
#include "leased.h"
#include "link.h"
#include "paths.h"
#include "refusal.h"
#include "resident.h"
#include "room.h"
#include "say.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const dhcp_pid_suffixes[] = {".pid", ".pid6", NULL};
const char *const dhcp_keeper_suffixes[] = {".keep", ".keep6", NULL};

#define PATIENCE_USEC (5 * G_USEC_PER_SEC) /* until the client has been started */
#define PAUSE_USEC 2000

typedef struct Start {
    const DhcpClient *client;
    const char *program;
    DhcpUse use;
    Families family;
    const char *suffix; /* of pid_file */
    char *pid_file, *keeper_file;
    GPtrArray *binds;
} Start;

static void start_clear(Start *start)
{
    g_free(start->pid_file);
    g_free(start->keeper_file);
    g_ptr_array_unref(start->binds);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, start_clear)

/* In the child. */
static bool move_in(const void *user, GError **error)
{
    const Start *start = user;

    return resident_note(start->keeper_file, error) && room_enter(start->binds, error);
}

static void bind_add(GPtrArray *binds, const char *from, const char *at)
{
    RoomBind bind = {g_strdup(from), g_strdup(at)};

    g_ptr_array_add(binds, g_memdup2(&bind, sizeof bind));
}

static bool make_directory(const char *path, GError **error)
{
    (void)mkdir(RUN_DIR "/dhcp", 0700);
    return g_mkdir_with_parents(path, 0755) == 0 || refusal(error, "make", path);
}

/* The first is one of /run, which may not be there yet; the others are where the client was installed, or not
 * at all. */
static bool cover(Start *start, GError **error)
{
    const char *const *places = start->client->covered;
    g_autofree char *own = leased_file(start->use.name, start->use.link->label, ".run");

    if (!places)
        return true;
    if (!make_directory(places[0], error) || !make_directory(own, error))
        return false;
    bind_add(start->binds, own, places[0]);
    for (size_t i = 1; places[i]; i++)
        if (access(places[i], F_OK) == 0)
            bind_add(start->binds, start->use.kept, places[i]);
    return true;
}

/* Where the program is bound to. */
static bool make_door(Start *start, const char *door, GError **error)
{
    int fd = open(door, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return refusal(error, "make", door);
    close(fd);
    bind_add(start->binds, start->program, door);
    return true;
}

/* Of udhcpc's script it is the environment; the others have it on their command line. */
static char **environment(const Start *start)
{
    char **env = g_environ_setenv(NULL, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);

    env = g_environ_setenv(env, "LANG", "C", TRUE);
    env = g_environ_setenv(env, "NETNS", start->use.name, TRUE);
    env = g_environ_setenv(env, "NETNS_LINK", start->use.link->label, TRUE);
    return g_environ_setenv(env, "NETNS_CLIENT", start->client->name, TRUE);
}

static bool run(Start *start, int nsfd, GError **error)
{
    g_autofree char *door = leased_file(start->use.name, start->use.link->label, ".client");
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) env = environment(start);
    SpawnStay stay = {.program = KEEP_PATH,
                      .env = env,
                      .nsfd = nsfd,
                      .prepare = move_in,
                      .user = start,
                      .said = start->use.said};

    g_ptr_array_add(argv, g_strdup(KEEP_PATH));
    g_ptr_array_add(argv, g_strdup(start->suffix));
    g_ptr_array_add(argv, g_strdup(door));
    g_ptr_array_add(argv, g_strdup(start->client->name));
    if (!cover(start, error) || !make_door(start, door, error) ||
        !start->client->prepare(&start->use, start->family, argv, error))
        return false;
    g_ptr_array_add(argv, NULL);
    stay.argv = (char *const *)argv->pdata;
    return spawn_stay(&stay, error);
}

/* Where /var cannot be written, they are kept as long as the namespace. */
static char *kept_directory(const Record *record, const char *label, GError **error)
{
    g_autofree char *path = g_build_filename(VAR_DIR, record->name, label, NULL);

    /* what servers have said is not for everybody */
    if (g_mkdir_with_parents(VAR_DIR, 0700) == 0 && g_mkdir_with_parents(path, 0755) == 0)
        return g_steal_pointer(&path);
    if (errno != EROFS) {
        (void)refusal(error, "make", path);
        return NULL;
    }
    g_free(path);
    path = leased_file(record->name, label, ".kept");
    return make_directory(path, error) ? g_steal_pointer(&path) : NULL;
}

/* Owned by the caller; NULL: none. */
static char *noted_client(const char *name, const char *label)
{
    json_t *lease = leased_load(name, label);
    char *client = g_strdup(json_string_value(json_object_get(lease, "client")));

    json_decref(lease);
    return client;
}

/* By its keeper. One that could not be started has been there. */
static bool wait_for_client(const Start *start, NsId id, GError **error)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_USEC;

    while (access(start->pid_file, F_OK) < 0 && resident_is_there(start->keeper_file, id) &&
           g_get_monotonic_time() < end)
        g_usleep(PAUSE_USEC);
    if (access(start->pid_file, F_OK) == 0)
        return true;
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
                "%s was not started; the system's log may say why", start->client->name);
    return false;
}

/* One that rests because its client ended begins anew. A client whose keeper has gone is taken over. */
static bool start_anew(Start *start, const Record *record, int nsfd, GError **error)
{
    if (!resident_end(start->keeper_file, record->id, error))
        return false;
    if (!resident_is_there(start->pid_file, record->id))
        (void)unlink(start->pid_file);
    return run(start, nsfd, error) && wait_for_client(start, record->id, error);
}

static bool start_one(const DhcpClient *client, const char *program, const DhcpUse *use, Families family,
                      const Record *record, int nsfd, GError **error)
{
    int which = family == FAMILIES_IPV6 && !client->at_once;
    const char *suffix = dhcp_pid_suffixes[which], *keeper = dhcp_keeper_suffixes[which];
    g_auto(Start) start = {.client = client,
                           .suffix = suffix,
                           .program = program,
                           .use = *use,
                           .family = family,
                           .pid_file = leased_file(record->name, use->link->label, suffix),
                           .keeper_file = leased_file(record->name, use->link->label, keeper),
                           .binds = g_ptr_array_new_with_free_func((GDestroyNotify)room_bind_free)};

    return (resident_is_there(start.pid_file, record->id) &&
            resident_is_there(start.keeper_file, record->id)) ||
           start_anew(&start, record, nsfd, error);
}

static bool end_all(const Record *record, const char *label, const char *const *suffix, GError **error)
{
    bool fine = true;

    for (; fine && *suffix; suffix++) {
        g_autofree char *file = leased_file(record->name, label, *suffix);
        fine = resident_end(file, record->id, error);
    }
    return fine;
}

/* What the script will fill. Two clients on one link would take each other's addresses away. */
static bool note_client(const DhcpClient *client, const DhcpUse *use, Families wanted, const Record *record,
                        int nsfd, GError **error)
{
    const char *label = use->link->label;
    g_autofree char *before = noted_client(record->name, label);
    json_t *fresh = json_pack("{s:s, s:s, s:o}", "client", client->name, "interface", use->interface, "asked",
                              leased_asked(wanted & FAMILIES_IPV4, wanted & FAMILIES_IPV6));
    bool fine = (!before || g_str_equal(before, client->name) ||
                 (end_all(record, label, dhcp_keeper_suffixes, error) &&
                  end_all(record, label, dhcp_pid_suffixes, error))) &&
                grant_expect(record->name, label, fresh, nsfd, error);

    json_decref(fresh);
    return fine;
}

bool dhcp_start_client(const DhcpClient *client, const char *program, const Record *record,
                       const LinkConf *link, const char *interface, int nsfd, int said, GError **error)
{
    g_autofree char *kept = NULL, *conf_file = leased_file(record->name, link->label, ".conf"),
                    *directory = leased_directory(record->name);
    Families wanted = dhcp_client_families(client, link);
    DhcpUse use = {.name = record->name,
                   .interface = interface,
                   .link = link,
                   .conf_file = conf_file,
                   .said = said,
                   .shares_mac = link->kind->shares_mac};

    kept = make_directory(directory, error) ? kept_directory(record, link->label, error) : NULL;
    if (!kept || !note_client(client, &use, wanted, record, nsfd, error))
        return false;
    use.kept = kept;
    if (client->at_once)
        return start_one(client, program, &use, wanted, record, nsfd, error);
    return (!(wanted & FAMILIES_IPV4) ||
            start_one(client, program, &use, FAMILIES_IPV4, record, nsfd, error)) &&
           (!(wanted & FAMILIES_IPV6) ||
            start_one(client, program, &use, FAMILIES_IPV6, record, nsfd, error));
}

static bool any_is_there(const Record *record, const char *label, const char *const *suffix)
{
    for (; *suffix; suffix++) {
        g_autofree char *file = leased_file(record->name, label, *suffix);
        if (resident_is_there(file, record->id))
            return true;
    }
    return false;
}

const DhcpClient *dhcp_start_find(const Record *record, const LinkConf *link, const char **ret_program)
{
    const char *label = link->label;
    g_autofree char *noted = noted_client(record->name, label);
    bool stays = noted && (any_is_there(record, label, dhcp_pid_suffixes) ||
                           any_is_there(record, label, dhcp_keeper_suffixes));
    const DhcpClient *client = stays ? dhcp_client_find(link, noted, ret_program) : NULL;

    return client ? client : dhcp_client_find(link, NULL, ret_program);
}

static bool are_there(const Record *record, const char *label, const char *const *suffix)
{
    for (; *suffix; suffix++) {
        g_autofree char *file = leased_file(record->name, label, *suffix);
        if (access(file, F_OK) == 0 && !resident_is_there(file, record->id))
            return false;
    }
    return true;
}

bool dhcp_client_is_there(const Record *record, const char *label)
{
    return are_there(record, label, dhcp_pid_suffixes);
}

bool dhcp_client_is_kept(const Record *record, const char *label)
{
    return are_there(record, label, dhcp_keeper_suffixes);
}

gint64 dhcp_client_age(const char *name, const char *label)
{
    gint64 age = -1, now = g_get_real_time() / G_USEC_PER_SEC;

    for (const char *const *suffix = dhcp_pid_suffixes; *suffix; suffix++) {
        g_autofree char *file = leased_file(name, label, *suffix);
        struct stat st;
        if (stat(file, &st) == 0)
            age = MAX(age, now - st.st_mtime);
    }
    return age;
}
