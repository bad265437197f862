/* who.c - who runs in a network namespace.
 *
 * netnsctl looks for itself, with its caller's rights, so that the broker's front needs no CAP_SYS_PTRACE and
 * tells nobody about other people's processes. */
#include "who.h"

#include <fcntl.h>
#include <glib.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND_ROOM 256 /* bytes shown of a command line */

static ssize_t file_read(int process, const char *name, char *ret, size_t room)
{
    int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, ret, room - 1);
    if (fd >= 0)
        close(fd);
    ret[got < 0 ? 0 : got] = '\0';
    return got;
}

/* The command line with blanks between the arguments, "[name]" for a kernel thread or a zombie. Always valid
 * UTF-8. */
static char *command_of(int process)
{
    char text[COMMAND_ROOM], name[32];
    ssize_t got = file_read(process, "cmdline", text, sizeof text);
    while (got > 0 && text[got - 1] == '\0')
        got--;
    if (got > 0) {
        for (ssize_t i = 0; i < got; i++)
            if (text[i] == '\0')
                text[i] = ' ';
        return g_utf8_make_valid(text, got);
    }
    file_read(process, "comm", name, sizeof name);
    g_autofree char *valid = g_utf8_make_valid(g_strchomp(name), -1);
    return g_strdup_printf("[%s]", valid);
}

static json_t *process_describe(int process, const char *pid)
{
    struct stat st;
    if (fstat(process, &st) < 0)
        return NULL;
    const struct passwd *user = getpwuid(st.st_uid);
    g_autofree char *command = command_of(process);
    return json_pack("{s:I,s:I,s:s,s:s}", "pid", (json_int_t)strtol(pid, NULL, 10), "uid",
                     (json_int_t)st.st_uid, "user", user ? user->pw_name : "", "command", command);
}

static void process_append(json_t *list, int proc, const char *pid, dev_t dev, ino_t ino)
{
    struct stat ns;
    int process = openat(proc, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process >= 0 && fstatat(process, "ns/net", &ns, 0) == 0 && ns.st_dev == dev && ns.st_ino == ino) {
        json_t *found = process_describe(process, pid);
        if (found)
            json_array_append_new(list, found);
    }
    if (process >= 0)
        close(process);
}

json_t *who_is_inside(dev_t dev, ino_t ino)
{
    json_t *list = json_array();
    int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    const char *pid;
    while (dir && proc >= 0 && (pid = g_dir_read_name(dir)))
        if (g_ascii_isdigit(*pid))
            process_append(list, proc, pid, dev, ino);
    if (proc >= 0)
        close(proc);
    return list;
}
