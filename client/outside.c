/* outside.c - see outside.h. */
#include "outside.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROCESSES 65536 /* most entries of /proc that are looked at */

#define PROFILE "--no-remote -P PROFILE, or --profile DIRECTORY, makes it start on its own"
#define DATA_DIR "--user-data-dir=DIRECTORY makes it start on its own"

/* Who hands over, and by what:
 * - Firefox and its kin: over D-Bus or an X property, to the one that has the same profile
 * (MOZ_APP_REMOTINGNAME, toolkit/components/remote). With a profile of its own one is on its own.
 * - Chromium and its kin, and what is made of Electron: by the socket SingletonSocket in the profile's
 * directory (chrome/browser/process_singleton_posix.cc).
 * - gnome-terminal: always, to gnome-terminal-server, which the session bus starts where there is none.
 * - xfce4-terminal, mate-terminal, tilix, kgx (GNOME Console), ptyxis, epiphany: to the owner of their name
 * on the session bus, the first of them that was started.
 * - lxterminal and wezterm: by a socket in XDG_RUNTIME_DIR. footclient, urxvtc: to their servers, always.
 * - tmux: a new session, too, belongs to the server that runs already.
 * Not here: konsole, kitty, alacritty, ghostty, terminator and screen, which start on their own unless they
 * are told otherwise; xterm, foot and urxvt, which always do. */
const Handing outside_table[] = {
    {" firefox firefox-bin ", " firefox firefox-bin ", " -no-remote -new-instance -P -profile ", PROFILE},
    {" firefox-esr ", " firefox-esr ", " -no-remote -new-instance -P -profile ", PROFILE},
    {" librewolf ", " librewolf librewolf-bin ", " -no-remote -new-instance -P -profile ", PROFILE},
    {" waterfox ", " waterfox waterfox-bin ", " -no-remote -new-instance -P -profile ", PROFILE},
    {" thunderbird ", " thunderbird thunderbird-bin ", " -no-remote -new-instance -P -profile ", PROFILE},
    {" chromium chromium-browser ", " chromium chromium-browser ", " -user-data-dir ", DATA_DIR},
    {" google-chrome google-chrome-stable google-chrome-beta google-chrome-unstable ", " chrome ",
     " -user-data-dir ", DATA_DIR},
    {" brave brave-browser brave-browser-stable ", " brave ", " -user-data-dir ", DATA_DIR},
    {" vivaldi vivaldi-stable ", " vivaldi-bin ", " -user-data-dir ", DATA_DIR},
    {" microsoft-edge microsoft-edge-stable ", " msedge ", " -user-data-dir ", DATA_DIR},
    {" opera opera-stable ", " opera ", " -user-data-dir ", DATA_DIR},
    {" code ", " code ", " -user-data-dir ", DATA_DIR},
    {" epiphany epiphany-browser ", " epiphany epiphany-browser ", " -private-instance -profile ",
     "--private-instance makes it start on its own"},
    {" gnome-terminal ", "", " -disable-factory ", "open a terminal first, and run chnetns in it"},
    {" xfce4-terminal ", " xfce4-terminal ", " -disable-server ",
     "--disable-server makes it start on its own"},
    {" mate-terminal ", " mate-terminal ", " -disable-factory ",
     "--disable-factory makes it start on its own"},
    {" tilix ", " tilix ", " -new-process ", "--new-process makes it start on its own"},
    {" kgx ptyxis ", " kgx ptyxis ", " -standalone ", "open a terminal first, and run chnetns in it"},
    {" lxterminal ", " lxterminal ", " -no-remote ", "--no-remote makes it start on its own"},
    {" wezterm wezterm-gui ", " wezterm-gui ", " -always-new-process ",
     "wezterm start --always-new-process starts on its own"},
    {" footclient ", " foot ", " ", "foot starts on its own"},
    {" urxvtc rxvt-unicode-client ", " urxvtd rxvt-unicode ", " ", "urxvt starts on its own"},
    {" tmux ", " tmux ", " -L -S ", "tmux -L NAME has a server of its own"},
    {NULL, NULL, NULL, NULL},
};

/* ---- words ----------------------------------------------------------------------------------------------
 */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Is @word, of this length, one of @list? */
static bool is_among(const char *list, const char *word, size_t length)
{
    for (const char *at = strchr(list, ' '); at && at[1]; at = strchr(at + 1, ' '))
        if (strncmp(at + 1, word, length) == 0 && at[1 + length] == ' ' && length > 0)
            return true;
    return false;
}

/* With one dash or two, and its value in the same word or in the next. */
static bool is_apart(const char *list, const char *word)
{
    if (word[0] == '-' && word[1] == '-')
        word++;
    return word[0] == '-' && is_among(list, word, strcspn(word, "="));
}

const Handing *outside_handing(char *const *command)
{
    const Handing *handing = outside_table;
    const char *name = last_part(command[0]);
    while (handing->commands && !is_among(handing->commands, name, strlen(name)))
        handing++;
    if (!handing->commands)
        return NULL;
    for (command++; *command; command++)
        if (is_apart(handing->apart, *command))
            return NULL;
    return handing;
}

/* ---- processes ------------------------------------------------------------------------------------------
 */

void outside_mark(ino_t inode, char ret[OUTSIDE_ROOM])
{
    snprintf(ret, OUTSIDE_ROOM, "net:[%ju]", (uintmax_t)inode);
}

/* What the link points to, cut to what fits. */
static bool link_read(int dir, const char *name, char *ret, size_t room)
{
    ssize_t got = readlinkat(dir, name, ret, room - 1);
    ret[got < 0 ? 0 : got] = '\0';
    return got > 0;
}

bool outside_own_mark(char ret[OUTSIDE_ROOM])
{
    return link_read(AT_FDCWD, "/proc/self/ns/net", ret, OUTSIDE_ROOM);
}

/* A browser's helpers have the same executable, and sandboxes of their own: they take nothing over. */
static bool is_part(int dir)
{
    char line[4096];
    int fd = openat(dir, "cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, line, sizeof line);
    if (fd >= 0)
        close(fd);
    if (got <= 0)
        return true;
    return memmem(line, (size_t)got, "--type=", strlen("--type=")) ||
           memmem(line, (size_t)got, "-contentproc", strlen("-contentproc"));
}

/* An executable that was replaced meanwhile is "NAME (deleted)". */
static bool is_named(int dir, const char *processes)
{
    char path[4096];
    if (!link_read(dir, "exe", path, sizeof path))
        return false;
    const char *name = last_part(path);
    return is_among(processes, name, strcspn(name, " "));
}

/* What may not be looked at (another's, a program with capabilities) is none. */
static bool is_outside(int dir, const Handing *handing, uid_t uid, const char *mark)
{
    char theirs[OUTSIDE_ROOM];
    struct stat owner;
    return fstat(dir, &owner) == 0 && owner.st_uid == uid && is_named(dir, handing->processes) &&
           link_read(dir, "ns/net", theirs, sizeof theirs) && strcmp(theirs, mark) != 0 && !is_part(dir);
}

/* As getdents64(2) has it: readdir(3) would allocate. */
typedef struct Listing {
    char bytes[8192] __attribute__((aligned(8)));
    size_t next, filled;
} Listing;

static const char *listing_next(int proc, Listing *listing)
{
    if (listing->next >= listing->filled) {
        long got = syscall(SYS_getdents64, proc, listing->bytes, sizeof listing->bytes);
        if (got <= 0)
            return NULL;
        listing->filled = (size_t)got;
        listing->next = 0;
    }
    const struct dirent64 *entry = (const struct dirent64 *)(const void *)(listing->bytes + listing->next);
    listing->next += entry->d_reclen;
    return entry->d_name;
}

pid_t outside_find(const Handing *handing, uid_t uid, const char *mark)
{
    Listing listing = {.filled = 0};
    pid_t found = 0;
    const char *name;
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; proc >= 0 && !found && i < PROCESSES && (name = listing_next(proc, &listing)); i++) {
        if (name[strspn(name, "0123456789")] != '\0')
            continue;
        int dir = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir >= 0 && is_outside(dir, handing, uid, mark))
            found = (pid_t)strtol(name, NULL, 10);
        if (dir >= 0)
            close(dir);
    }
    if (proc >= 0)
        close(proc);
    return found;
}

static bool is_quiet(void)
{
    const char *quiet = getenv("CHNETNS_QUIET");
    return quiet && strcmp(quiet, "1") == 0;
}

bool outside_warning(char *const *command, const char *name, char *ret, size_t room)
{
    const Handing *handing = outside_handing(command);
    char own[OUTSIDE_ROOM];
    if (!handing || is_quiet() || !outside_own_mark(own))
        return false;
    const char *program = last_part(command[0]);
    if (!*handing->processes) {
        snprintf(ret, room, "chnetns: %.64s is opened by a server of your session, outside of %.64s: %s",
                 program, name, handing->advice);
        return true;
    }
    pid_t pid = outside_find(handing, getuid(), own);
    if (pid > 0)
        snprintf(
            ret, room,
            "chnetns: %.64s runs already outside of %.64s (pid %d), and may do there what is asked for: %s",
            program, name, (int)pid, handing->advice);
    return pid > 0;
}
