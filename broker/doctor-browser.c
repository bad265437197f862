/* doctor-browser.c - check of netnsctl doctor: programs of those who may enter that run outside, and to which
 * the same program started inside hands its work (outside.h). */
#include "doctor-check.h"
#include "nsfs.h"
#include "outside.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add(GArray *uids, uid_t uid)
{
    for (guint i = 0; i < uids->len; i++)
        if (g_array_index(uids, uid_t, i) == uid)
            return;
    g_array_append_val(uids, uid);
}

/* "alice" or "1000" */
static void add_named(GArray *uids, const char *user)
{
    const struct passwd *entry;
    char *end;
    unsigned long number = strtoul(user, &end, 10);

    if (*user && !*end)
        add(uids, (uid_t)number);
    else if ((entry = getpwnam(user)))
        add(uids, entry->pw_uid);
}

/* The caller, whoever became root to call, and for root the listed users. */
static GArray *uids_of(const Patient *patient)
{
    GArray *uids = g_array_new(FALSE, FALSE, sizeof(uid_t));
    const char *caller = g_getenv("SUDO_UID");

    add(uids, getuid());
    if (patient->host && caller)
        add_named(uids, caller);
    for (char **user = patient->conf ? patient->conf->access.users : NULL; user && *user; user++)
        add_named(uids, *user);
    return uids;
}

/* " firefox firefox-bin " as "firefox" */
static char *first_word(const char *list)
{
    g_autofree char *words = g_strstrip(g_strdup(list));

    return g_strndup(words, strcspn(words, " "));
}

static void look(Patient *patient, const Handing *handing, uid_t uid, const char *mark)
{
    pid_t pid = outside_find(handing, uid, mark);
    g_autofree char *command = first_word(handing->commands);
    const struct passwd *user = pid > 0 ? getpwuid(uid) : NULL;
    g_autofree char *number = g_strdup_printf("%u", (unsigned)uid);

    if (pid > 0)
        finding_add(
            patient, FINDING_NOTE, "programs outside",
            g_strdup_printf("%s of %s runs outside (pid %d), and may do there what is asked of one that is "
                            "started inside",
                            command, user ? user->pw_name : number, (int)pid),
            g_strdup(handing->advice));
}

void doctor_check_browser(Patient *patient)
{
    int nsfd = patient->up ? nsfs_open(patient->name, NULL) : -1;
    NsId id;

    if (nsfd >= 0 && nsfs_id(nsfd, &id, NULL)) {
        g_autoptr(GArray) uids = uids_of(patient);
        char mark[OUTSIDE_ROOM];
        outside_mark(id.ino, mark);
        for (const Handing *handing = outside_table; handing->commands; handing++)
            for (guint i = 0; *handing->processes && i < uids->len; i++)
                look(patient, handing, g_array_index(uids, uid_t, i), mark);
    }
    if (nsfd >= 0)
        close(nsfd);
}
