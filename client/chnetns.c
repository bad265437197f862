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
#include "capability.h"
#include "die.h"
#include "enter.h"
#include "missing.h"
#include "outside.h"
#include "paths.h"
#include "talk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char usage[] =
    "Usage: chnetns [--no-ask-password] [--quiet] NAME [COMMAND [ARGUMENT...]]\n"
    "Run COMMAND, or your shell, in the network namespace NAME.\n"
    "\n"
    "  --no-ask-password  where polkit wants a password, take that for a no\n"
    "  -q, --quiet        no warning that a program outside may do the work of COMMAND\n"
    "  --help             print this text\n"
    "  --version          print the version\n"
    "\n"
    "Exit status: that of COMMAND; 125 chnetns failed, 126 COMMAND cannot be run, 127 it was not found.\n"
    "See also: netnsctl list, chnetns(1)\n";

typedef struct Order {
    bool ask_password, quiet;
    const char *name;
    char **command; /* NULL: the shell */
} Order;

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

/* The first lines in which the environment is read, and others' processes are looked at. */
static void outside_warn(const Order *order)
{
    char text[1024];
    if (order->command && !order->quiet &&
        outside_warning(order->command, order->name, text, sizeof text - 1))
        print_line(text);
}

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
        if (strcmp(*argv, "--no-ask-password") == 0)
            order.ask_password = false;
        else if (strcmp(*argv, "--quiet") == 0 || strcmp(*argv, "-q") == 0)
            order.quiet = true;
        else
            die(OWN_FAILURE, "there is no option %s (try chnetns --help)", *argv);
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
    entry_parse(&reply, &entry);
    entry_enter(&entry);

    if (getauxval(AT_SECURE))
        environment_restore(argc, argv, envp);
    outside_warn(&order);
    (void)setrlimit(RLIMIT_NOFILE, &files);
    command_become(order.command);
}
