/* bench.c - run some commands many times, in turn, and say how long each took.
 *
 * The compared commands share one run: every round runs each of them once, in an order drawn anew, so
 * whatever else the machine does in the meantime falls on all of them alike and the *ratio* of two medians
 * holds although the medians do not. Time is from vfork to wait4, CLOCK_MONOTONIC. CPU time is what the
 * command and its descendants used, plus what the processes named by --also used meanwhile (those that work
 * on its behalf: the broker, polkitd, the bus).
 *
 * The cases come on standard input, one line each, fields separated by tabs, lines of one case by its label:
 *     run <TAB> LABEL <TAB> UID <TAB> PROGRAM [<TAB> ARG...]     what is timed, as that user (and group)
 * without other groups before|after <TAB> LABEL <TAB> PROGRAM [<TAB> ARG...]      what is done before or
 * after it, as root, not timed Out come lines of LABEL, number of runs, min, median, p99 and median of CPU
 * time, in microseconds. A command that fails ends it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASES_MAX 32
#define ARGS_MAX 1200 /* a thousand names and some words */
#define ALSO_MAX 8

typedef struct Case {
    char *label;
    uid_t uid;
    char **before, **run, **after; /* argv, or NULL */
    double *wall, *cpu;            /* microseconds, one per round */
} Case;

typedef struct Bench {
    Case cases[CASES_MAX];
    int n_cases;
    int rounds, warmup;
    int pause_ms;             /* after each case: the kernel clears up namespaces in the background */
    clockid_t also[ALSO_MAX]; /* CPU clocks of the processes that work for the commands */
    int n_also;
    FILE *out;
} Bench;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "bench: %s: %s\n", what, which);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) < 0)
        die("cannot read a clock; is a process of --also gone", strerror(errno));
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double microseconds_of(struct timeval t)
{
    return t.tv_sec * 1e6 + t.tv_usec;
}

static double also_cpu(const Bench *b)
{
    double sum = 0;

    for (int i = 0; i < b->n_also; i++)
        sum += now(b->also[i]);
    return sum;
}

/* ---- cases
 * -------------------------------------------------------------------------------------------------------- */

static Case *case_of(Bench *b, const char *label)
{
    for (int i = 0; i < b->n_cases; i++)
        if (strcmp(b->cases[i].label, label) == 0)
            return &b->cases[i];
    if (b->n_cases == CASES_MAX)
        die("more cases than it can hold", label);
    b->cases[b->n_cases].label = strdup(label);
    return &b->cases[b->n_cases++];
}

/* The rest of a line as argv; owned by nobody, lives as long as the program. */
static char **argv_rest(char **rest)
{
    char **argv = calloc(ARGS_MAX + 1, sizeof *argv), *word;
    int n = 0;

    while ((word = strsep(rest, "\t"))) {
        if (n == ARGS_MAX)
            die("too many arguments", argv[0]);
        argv[n++] = strdup(word);
    }
    return n ? argv : NULL;
}

static void case_line(Bench *b, char *line)
{
    char *rest = line, *word = strsep(&rest, "\t"), *label = strsep(&rest, "\t");
    Case *c;

    if (!label)
        die("a line without a label", word);
    c = case_of(b, label);
    if (strcmp(word, "before") == 0) {
        c->before = argv_rest(&rest);
    } else if (strcmp(word, "after") == 0) {
        c->after = argv_rest(&rest);
    } else if (strcmp(word, "run") == 0 && rest) {
        c->uid = strtoul(strsep(&rest, "\t"), NULL, 10);
        c->run = argv_rest(&rest);
    } else {
        die("a line that starts with neither run, before nor after", word);
    }
}

static void cases_read(Bench *b)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (line[0])
            case_line(b, line);
    }
    free(line);
    for (Case *c = b->cases; c < b->cases + b->n_cases; c++) {
        if (!c->run)
            die("nothing to run", c->label);
        c->wall = calloc(b->rounds, sizeof *c->wall);
        c->cpu = calloc(b->rounds, sizeof *c->cpu);
    }
}

/* ---- running
 * ------------------------------------------------------------------------------------------------------ */

/* In the child of vfork, which shares our memory: system calls alone. glibc's setuid() would try to tell our
 * threads. */
static void become(uid_t uid)
{
    if (uid && (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, uid, uid, uid) < 0 ||
                syscall(SYS_setresuid, uid, uid, uid) < 0))
        _exit(124);
}

/* vfork, not fork: copying our page tables would be on everybody's bill. Returns the wait status. */
static int spawn_wait(char **argv, uid_t uid, struct rusage *usage)
{
    int status;
    pid_t pid = vfork();

    if (pid == 0) {
        become(uid);
        execve(argv[0], argv, environ);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, usage) != pid)
        die("cannot run a program", strerror(errno));
    return status;
}

static void must(int status, const Case *c, const char *which)
{
    if (status == 0)
        return;
    fprintf(stderr, "bench: %s: %s ended with %s %d\n", c->label, which,
            WIFEXITED(status) ? "status" : "signal",
            WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    exit(1);
}

/* One run of one case; its place in the results, or -1 for a round that does not count. */
static void case_run(const Bench *b, Case *c, int place)
{
    struct rusage usage, untimed;
    double start, wall, also;
    int status;

    if (c->before)
        must(spawn_wait(c->before, 0, &untimed), c, "what comes before");
    also = also_cpu(b);
    start = now(CLOCK_MONOTONIC);
    status = spawn_wait(c->run, c->uid, &usage);
    wall = now(CLOCK_MONOTONIC) - start;
    also = also_cpu(b) - also;
    must(status, c, "the command");
    if (c->after)
        must(spawn_wait(c->after, 0, &untimed), c, "what comes after");
    if (place < 0)
        return;
    c->wall[place] = wall;
    c->cpu[place] = microseconds_of(usage.ru_utime) + microseconds_of(usage.ru_stime) + also;
}

static void shuffle(int *order, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int other = random() % (i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static void rounds_run(Bench *b)
{
    int order[CASES_MAX];

    for (int i = 0; i < b->n_cases; i++)
        order[i] = i;
    srandom((unsigned)now(CLOCK_MONOTONIC));
    for (int round = -b->warmup; round < b->rounds; round++) {
        shuffle(order, b->n_cases);
        for (int i = 0; i < b->n_cases; i++) {
            case_run(b, &b->cases[order[i]], round);
            usleep(b->pause_ms * 1000);
        }
    }
}

/* The commands' own output goes nowhere; a terminal would be part of what is measured. */
static FILE *out_kept(void)
{
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (kept < 0 || nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
        die("cannot set the commands' output aside", strerror(errno));
    return fdopen(kept, "w");
}

/* ---- the result
 * --------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *sorted, int n)
{
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void result_print(const Bench *b)
{
    int n = b->rounds;

    for (const Case *c = b->cases; c < b->cases + b->n_cases; c++) {
        qsort(c->wall, n, sizeof *c->wall, by_value);
        qsort(c->cpu, n, sizeof *c->cpu, by_value);
        fprintf(b->out, "%s\t%d\t%.0f\t%.0f\t%.0f\t%.0f\n", c->label, n, c->wall[0], median(c->wall, n),
                c->wall[(n - 1) * 99 / 100], median(c->cpu, n));
    }
}

static void also_add(Bench *b, const char *pid)
{
    if (b->n_also == ALSO_MAX || clock_getcpuclockid(atoi(pid), &b->also[b->n_also]) != 0)
        die("cannot count the CPU time of the process", pid);
    b->n_also++;
}

static void options(Bench *b, int argc, char **argv)
{
    static const struct option known[] = {{"rounds", required_argument, NULL, 'r'},
                                          {"warmup", required_argument, NULL, 'w'},
                                          {"pause", required_argument, NULL, 'p'},
                                          {"also", required_argument, NULL, 'a'},
                                          {}};
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        switch (option) {
        case 'r':
            b->rounds = atoi(optarg);
            break;
        case 'w':
            b->warmup = atoi(optarg);
            break;
        case 'p':
            b->pause_ms = atoi(optarg);
            break;
        case 'a':
            also_add(b, optarg);
            break;
        default:
            optind = argc + 1;
        }
    if (optind != argc || b->rounds < 1) {
        fprintf(stderr,
                "usage: bench [--rounds N] [--warmup N] [--pause MILLISECONDS] [--also PID]... <CASES\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static Bench bench = {.rounds = 200, .warmup = 5};

    options(&bench, argc, argv);
    bench.out = out_kept();
    cases_read(&bench);
    rounds_run(&bench);
    result_print(&bench);
    return fclose(bench.out) != 0;
}
