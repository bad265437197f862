/* chnetns.c - run a program in one of the admin's network namespaces: `chnetns NAME [COMMAND [ARG…]]`.
 *
 * Installed with the file capability cap_sys_admin=p: permitted, not effective. Read main() from top to
 * bottom: it asks the broker without power, checks what came, raises the capability around a handful of
 * system calls, drops every set, proves the drop, and becomes the command in place. Any failure ends in a
 * sentence and exit status 125, never in the command outside.
 *
 * Until the capability is gone: no environment variable is read, no path of the caller's is opened, nothing
 * is allocated. Namespaces come from the broker's socket only, as descriptors; /run/netns is readable by
 * everybody and never looked at. */
#include "missing.h"
#include "paths.h"
#include "talk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OWN_FAILURE 125 /* as env(1) and timeout(1) */
#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

#define SYS_MOUNTS 64 /* most mounts kept below /sys */
#define PATH_ROOM 256

static const char usage[] =
    "Usage: chnetns [--no-ask-password] NAME [COMMAND [ARGUMENT...]]\n"
    "Run COMMAND, or your shell, in the network namespace NAME.\n"
    "\n"
    "  --no-ask-password  where polkit wants a password, take that for a no\n"
    "  --help             print this text\n"
    "  --version          print the version\n"
    "\n"
    "Exit status: that of COMMAND; 125 chnetns failed, 126 COMMAND cannot be run, 127 it was not found.\n"
    "See also: netnsctl list, chnetns(1)\n";

typedef struct Order {
    bool ask_password;
    const char *name;
    char **command; /* NULL: the shell */
} Order;

/* What the broker sent, checked. A target is one of a few, never a path: "netns", "sys", "etc/NAME". */
typedef struct Entry {
    int netns;
    int sysfs;                            /* -1: keep /sys */
    int etc[WIRE_FDS];                    /* detached mounts: a regular file or a directory each */
    char etc_target[WIRE_FDS][PATH_ROOM]; /* "/etc/resolv.conf" */
    size_t n_etc;
} Entry;

/* A mount below the caller's /sys that the new /sys must have too: the cgroup tree, debugfs, efivars … */
typedef struct SysMounts {
    char path[SYS_MOUNTS][PATH_ROOM];
    int tree[SYS_MOUNTS];
    size_t count;
} SysMounts;

typedef struct LineBuffer {
    char bytes[4096];
    size_t next, filled;
} LineBuffer;

static bool capability_raised;

static void capability_lower(void);

/* One sentence on stderr. A caller's closed pipe or file-size limit must not turn exit status 125 into a
 * death by signal. */
__attribute__((noreturn, format(printf, 2, 3))) static void die(int status, const char *format, ...)
{
    char text[1024] = "chnetns: ";
    size_t start = strlen(text);
    va_list arguments;
    if (capability_raised)
        capability_lower();
    va_start(arguments, format);
    int length = vsnprintf(text + start, sizeof text - start - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        text[start] = '\0';
    talk_clean(text);
    size_t end = strlen(text);
    text[end++] = '\n';
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (write(STDERR_FILENO, text, end) < 0)
        _exit(status);
    _exit(status);
}

static const char *reason(void)
{
    return strerrordesc_np(errno);
}

/* ---- standard descriptors and limits
 * ------------------------------------------------------------------------------------ */

/* With AT_SECURE glibc opened the closed ones before main() (csu/check_fds.c): the wrong way round, so that
 * they are of no use, and not close-on-exec. Nobody else opens these devices like that. */
static bool is_libc_filler(int fd)
{
    struct stat file;
    dev_t device = fd == STDIN_FILENO ? makedev(1, 7) : makedev(1, 3); /* /dev/full, /dev/null */
    int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    return getauxval(AT_SECURE) && (fcntl(fd, F_GETFL) & (O_ACCMODE | O_NOFOLLOW)) == (mode | O_NOFOLLOW) &&
           fstat(fd, &file) == 0 && S_ISCHR(file.st_mode) && file.st_rdev == device;
}

/* A descriptor 0 to 2 that is closed would be given to our socket or to a namespace, and printing would write
 * into it. The fillers are close-on-exec: the command finds its descriptors closed as its caller left them.
 */
static void standard_fds_fill(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) != fd)
            die(OWN_FAILURE, "descriptor %d is closed and /dev/null cannot be opened in its place", fd);
        if (is_libc_filler(fd))
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

/* With `ulimit -n 3` there is no room for a socket. The soft limit is lent from the hard one until the
 * command starts. */
static void limit_lend(struct rlimit *ret_before)
{
    if (getrlimit(RLIMIT_NOFILE, ret_before) < 0)
        die(OWN_FAILURE, "cannot read the limit of open files: %s", reason());
    struct rlimit lent = {.rlim_cur = ret_before->rlim_max, .rlim_max = ret_before->rlim_max};
    (void)setrlimit(RLIMIT_NOFILE, &lent);
}

/* ---- capabilities
 * ------------------------------------------------------------------------------------------------------- */

/* Permitted and effective; inheritable always becomes empty. Only the first word: CAP_SYS_ADMIN is 21. */
static int capabilities_set(uint32_t permitted, uint32_t effective)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {
        {.permitted = permitted, .effective = effective}};
    return (int)syscall(SYS_capset, &header, sets);
}

static void capabilities_get(struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3])
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    if (syscall(SYS_capget, &header, sets) < 0)
        die(OWN_FAILURE, "cannot read the capabilities: %s", reason());
}

static bool capability_permitted(void)
{
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    capabilities_get(sets);
    return sets[0].permitted & (1U << CAP_SYS_ADMIN);
}

/* Root keeps what root has, as with `ip netns exec`: it would get it back at exec anyway. */
static bool caller_is_root(void)
{
    return getuid() == 0 && geteuid() == 0;
}

static void capability_raise(void)
{
    if (caller_is_root())
        return;
    if (capabilities_set(1U << CAP_SYS_ADMIN, 1U << CAP_SYS_ADMIN) < 0)
        die(OWN_FAILURE, "cannot raise CAP_SYS_ADMIN: %s", reason());
    capability_raised = true;
}

static void capability_lower(void)
{
    capability_raised = false;
    if (capabilities_set(0, 0) < 0)
        _exit(OWN_FAILURE);
}

/* Every set empty, and no way back: shown by looking and by trying. */
static void capabilities_drop(void)
{
    if (!capability_raised) /* root */
        return;
    capability_lower();
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        die(OWN_FAILURE, "cannot clear the ambient capabilities: %s", reason());
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    capabilities_get(sets);
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
            die(OWN_FAILURE, "capabilities are left after dropping them");
    if (capabilities_set(1U << CAP_SYS_ADMIN, 1U << CAP_SYS_ADMIN) == 0)
        die(OWN_FAILURE, "CAP_SYS_ADMIN could be raised again after dropping it");
}

/* ---- what the broker sent
 * ----------------------------------------------------------------------------------------------- */

static void netns_check(int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
        die(OWN_FAILURE, "the broker sent something else where the network namespace should be");
}

static void etc_mount_check(int fd, const char *target)
{
    const unsigned long want = ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC;
    struct stat file;
    struct statvfs mount;
    if (fstat(fd, &file) < 0 || (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)) ||
        fstatvfs(fd, &mount) < 0 || (mount.f_flag & want) != want)
        die(OWN_FAILURE, "the broker sent no read-only file or directory for %s", target);
}

static void sys_mount_check(int fd)
{
    const unsigned long want = ST_NOSUID | ST_NODEV | ST_NOEXEC;
    struct statfs fs;
    struct statvfs mount;
    if (fstatfs(fd, &fs) < 0 || fs.f_type != SYSFS_MAGIC || fstatvfs(fd, &mount) < 0 ||
        (mount.f_flag & want) != want)
        die(OWN_FAILURE, "the broker sent no sysfs for /sys");
}

/* One name, so that nothing from the wire is ever a path. */
static bool component_valid(const char *text, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (length == 0 || length > NAME_MAX || length >= PATH_ROOM - strlen("/etc/"))
        return false;
    if (strspn(text, allowed) < length)
        return false;
    return !(length == 1 && text[0] == '.') && !(length == 2 && text[0] == '.' && text[1] == '.');
}

static bool word_is(const char *word, size_t length, const char *expected)
{
    return length == strlen(expected) && memcmp(word, expected, length) == 0;
}

static void entry_take(Entry *entry, const char *word, size_t length, int fd)
{
    const size_t etc = strlen("etc/");
    if (word_is(word, length, "netns") && entry->netns < 0) {
        netns_check(fd);
        entry->netns = fd;
    } else if (word_is(word, length, "sys") && entry->sysfs < 0) {
        sys_mount_check(fd);
        entry->sysfs = fd;
    } else if (length > etc && memcmp(word, "etc/", etc) == 0 && component_valid(word + etc, length - etc)) {
        char *target = entry->etc_target[entry->n_etc];
        snprintf(target, PATH_ROOM, "/etc/%.*s", (int)(length - etc), word + etc);
        etc_mount_check(fd, target);
        entry->etc[entry->n_etc++] = fd;
    } else {
        die(OWN_FAILURE, "the broker sent a descriptor this version does not know");
    }
}

/* FDS= names every descriptor, in order; one too many or too few and nothing is believed. */
static void reply_parse(Wire *reply, Entry *ret)
{
    const char *word = wire_get(reply, "FDS");
    ret->netns = ret->sysfs = -1;
    ret->n_etc = 0;
    size_t count = 0;
    for (; word && *word; count++) {
        size_t length = strcspn(word, ",");
        int fd = wire_take_fd(reply, count);
        if (fd < 0)
            die(OWN_FAILURE, "the broker sent fewer descriptors than it named");
        entry_take(ret, word, length, fd);
        word += length + (word[length] == ',');
    }
    if (count != reply->n_fds)
        die(OWN_FAILURE, "the broker sent more descriptors than it named");
    if (ret->netns < 0)
        die(OWN_FAILURE, "the broker sent no network namespace");
}

/* ---- entering
 * -----------------------------------------------------------------------------------------------------------
 */

/* "\040" and its like, as mountinfo writes them. False: does not fit. */
static bool path_unescape(const char *text, size_t length, char ret[PATH_ROOM])
{
    size_t out = 0;
    for (size_t i = 0; i < length; out++) {
        if (out + 1 >= PATH_ROOM)
            return false;
        if (text[i] == '\\' && i + 3 < length) {
            ret[out] = (char)(((text[i + 1] & 7) << 6) | ((text[i + 2] & 7) << 3) | (text[i + 3] & 7));
            i += 4;
        } else {
            ret[out] = text[i++];
        }
    }
    ret[out] = '\0';
    return true;
}

/* "ID PARENT MAJOR:MINOR ROOT MOUNTPOINT …": kept when it hangs directly on the mount that is /sys, so that
 * what lies hidden below another mount, or deeper in a tree that is kept anyway, is left alone. */
static void mount_line_take(const char *line, uint64_t sys_mount, SysMounts *mounts)
{
    char *rest;
    strtoull(line, &rest, 10);
    if (strtoull(rest, &rest, 10) != sys_mount)
        return;
    const char *point = rest;
    for (int field = 0; point && field < 2; field++)
        point = strchr(point + 1, ' ');
    if (!point || strncmp(++point, "/sys/", strlen("/sys/")) != 0)
        return;
    /* a part of the old sysfs itself, as containers mount it, would show the old interfaces */
    if (strstr(point, " - sysfs "))
        return;
    if (mounts->count >= SYS_MOUNTS ||
        !path_unescape(point, strcspn(point, " "), mounts->path[mounts->count]))
        die(OWN_FAILURE, "there are more mounts below /sys, or longer names, than can be kept");
    mounts->count++;
}

/* The next line of @fd, cut to what fits (an overlay's options can be longer than a page; the fields that
 * matter come first). False at the end. */
static bool line_read(int fd, LineBuffer *buffer, char *ret, size_t room)
{
    for (size_t length = 0;;) {
        if (buffer->next == buffer->filled) {
            ssize_t got = read(fd, buffer->bytes, sizeof buffer->bytes);
            if (got < 0)
                die(OWN_FAILURE, "cannot read /proc/self/mountinfo: %s", reason());
            if (got == 0)
                return false;
            buffer->filled = (size_t)got;
            buffer->next = 0;
        }
        char c = buffer->bytes[buffer->next++];
        ret[length] = c == '\n' ? '\0' : c;
        if (c == '\n')
            return true;
        if (length < room - 1)
            length++;
    }
}

/* Read before anything is raised; the paths are the same in the mount namespace that is made afterwards. */
static void sys_mounts_read(SysMounts *ret)
{
    struct statx sys;
    LineBuffer buffer = {.filled = 0};
    char line[PATH_ROOM * 4];
    if (statx(AT_FDCWD, "/sys", AT_NO_AUTOMOUNT, STATX_MNT_ID, &sys) < 0 || !(sys.stx_mask & STATX_MNT_ID))
        die(OWN_FAILURE, "cannot look at /sys: %s", reason());
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(OWN_FAILURE, "cannot open /proc/self/mountinfo: %s", reason());
    ret->count = 0;
    while (line_read(fd, &buffer, line, sizeof line))
        mount_line_take(line, sys.stx_mnt_id, ret);
    close(fd);
}

/* Without MOVE_MOUNT_T_SYMLINKS the mount covers a symbolic link itself, even a dangling one: nothing follows
 * anybody's link. */
static void mount_attach(int fd, const char *target)
{
    if (move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        die(OWN_FAILURE, "cannot cover %s as this namespace wants it: %s%s", target, reason(),
            errno == ENOENT ? " (an empty file of that name on the host will do)" : "");
    close(fd);
}

/* The new /sys shows the namespace's interfaces. What was mounted below the old one (cgroups, debugfs …) goes
 * along: a program that loses its cgroup tree breaks (browsers, podman). */
static void sys_cover(int sysfs, SysMounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        mounts->tree[i] = open_tree(AT_FDCWD, mounts->path[i],
                                    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_NO_AUTOMOUNT);
        if (mounts->tree[i] < 0)
            die(OWN_FAILURE, "cannot keep %s in the new /sys: %s", mounts->path[i], reason());
    }
    mount_attach(sysfs, "/sys");
    for (size_t i = 0; i < mounts->count; i++) {
        if (move_mount(mounts->tree[i], "", AT_FDCWD, mounts->path[i], MOVE_MOUNT_F_EMPTY_PATH) < 0 &&
            errno != ENOENT) /* a directory of the old namespace's own, such as /sys/class/net/eth0 */
            die(OWN_FAILURE, "cannot put %s into the new /sys: %s", mounts->path[i], reason());
        close(mounts->tree[i]);
    }
}

static void netns_enter(int netns)
{
    if (setns(netns, CLONE_NEWNET) == 0)
        return;
    int cause = errno;
    capability_lower();
    die(OWN_FAILURE, "cannot enter the network namespace: %s%s", strerrordesc_np(cause),
        cause == EPERM && missing_in_user_namespace()
            ? " (from inside a user namespace only its own can be entered)"
            : "");
}

/* A mount namespace only when something is to be mounted. Slave: what the host mounts later still appears,
 * what is mounted here stays here. */
static void entry_enter(const Entry *entry)
{
    SysMounts mounts;
    if (entry->sysfs >= 0)
        sys_mounts_read(&mounts);
    capability_raise();
    netns_enter(entry->netns);
    if (entry->sysfs >= 0 || entry->n_etc > 0) {
        if (unshare(CLONE_NEWNS) < 0)
            die(OWN_FAILURE, "cannot make a mount namespace: %s", reason());
        if (mount("", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
            die(OWN_FAILURE, "cannot part the mount namespace from the host's: %s", reason());
    }
    if (entry->sysfs >= 0)
        sys_cover(entry->sysfs, &mounts);
    for (size_t i = 0; i < entry->n_etc; i++)
        mount_attach(entry->etc[i], entry->etc_target[i]);
    close(entry->netns);
    capabilities_drop();
}

/* ---- becoming the command
 * ----------------------------------------------------------------------------------------------- */

/* How many entries the kernel put into @envp: libc's removals moved the later ones up and left a NULL each at
 * the end; what comes behind the last NULL is the auxiliary vector, whose first word is not 0. */
static size_t environment_slots(char **envp)
{
    size_t last = 0;
    while (envp[last])
        last++;
    while (!envp[last + 1])
        last++;
    return last;
}

static size_t strings_count(const char *at, const char *end)
{
    size_t count = 0;
    for (; at < end; at += strlen(at) + 1)
        count++;
    return count;
}

/* glibc before 2.39 ends each setting it knows inside GLIBC_TUNABLES=a=1:b=2 with a NUL, in the original.
 * Puts @colons of them back. */
static void tunables_mend(char *at, const char *end, size_t colons)
{
    static const char name[] = "GLIBC_TUNABLES=";
    while (at < end && strncmp(at, name, strlen(name)) != 0)
        at += strlen(at) + 1;
    for (; colons > 0 && at < end; colons--)
        at[strlen(at)] = ':';
}

/* Under AT_SECURE libc removed LD_LIBRARY_PATH, TMPDIR and others from the array; the strings themselves
 * still lie on the stack, between the last argument and the program's file name (execve(2) lays them out so;
 * /proc/self/environ reads the same bytes). The array has room for all of them, so this allocates nothing,
 * whatever their size. */
static void environment_restore(int argc, char **argv, char **envp)
{
    char *start = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
    char *end = (char *)getauxval(AT_EXECFN);
    if (!end || start > end)
        die(OWN_FAILURE, "cannot find the environment again");
    size_t slots = environment_slots(envp), count = strings_count(start, end), used = 0;
    if (count > slots)
        tunables_mend(start, end, count - slots);
    for (char *at = start; at < end && used < slots; at += strlen(at) + 1)
        envp[used++] = at;
    envp[used] = NULL;
    environ = envp;
}

/* The first line in which the environment is read. */
__attribute__((noreturn)) static void command_become(char **command)
{
    const char *shell = getenv("SHELL");
    char *default_command[] = {(char *)(shell && shell[0] == '/' ? shell : "/bin/sh"), NULL};
    if (!command)
        command = default_command;
    execvp(command[0], command);
    die(errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE, "cannot run %s: %s", command[0], reason());
}

/* ---- the command line
 * --------------------------------------------------------------------------------------------------- */

__attribute__((noreturn)) static void print_and_exit(const char *text)
{
    ssize_t done = write(STDOUT_FILENO, text, strlen(text));
    _exit(done < 0 ? OWN_FAILURE : 0);
}

static Order order_parse(char **argv)
{
    Order order = {.ask_password = true};
    for (argv++; *argv && (*argv)[0] == '-'; argv++) {
        if (strcmp(*argv, "--help") == 0)
            print_and_exit(usage);
        if (strcmp(*argv, "--version") == 0)
            print_and_exit("chnetns " VERSION "\n");
        if (strcmp(*argv, "--no-ask-password") != 0)
            die(OWN_FAILURE, "there is no option %s (try chnetns --help)", *argv);
        order.ask_password = false;
    }
    if (!*argv)
        die(OWN_FAILURE, "which namespace? (try chnetns --help, or netnsctl list)");
    order.name = *argv++;
    if (*argv && strcmp(*argv, "--") == 0)
        argv++;
    else if (*argv && (*argv)[0] == '-')
        die(OWN_FAILURE,
            "options go before the namespace's name; a command that begins with '-' goes after --");
    order.command = *argv ? argv : NULL;
    return order;
}

int main(int argc, char **argv, char **envp)
{
    struct rlimit files;
    Wire reply;
    Entry entry;
    char why[TALK_ROOM];

    if (argc < 1 || !argv[0])
        _exit(OWN_FAILURE);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the kernel did, unless fs.suid_dumpable says otherwise */
    limit_lend(&files);
    standard_fds_fill();
    Order order = order_parse(argv);
    if (!capability_permitted())
        die(OWN_FAILURE, "CAP_SYS_ADMIN is missing, so no namespace can be entered: %s", missing_because());

    Question question = {.verb = "enter", .name = order.name, .ask_password = order.ask_password};
    if (!talk(&question, &reply, why))
        die(OWN_FAILURE, "%.64s: %s", order.name, why);
    reply_parse(&reply, &entry);
    entry_enter(&entry);

    if (getauxval(AT_SECURE))
        environment_restore(argc, argv, envp);
    (void)setrlimit(RLIMIT_NOFILE, &files);
    command_become(order.command);
}
