/* say.c - sentences for the admin, on stderr.
 *
 * Errors are returned as GError by everything below main; only verbs and main loops come here, so nothing is
 * said twice. */
#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

static const char *say_program = "netns-broker";
static bool say_syslog;

void say_as(const char *program)
{
    say_program = program;
}

void say_to_syslog(const char *program)
{
    say_syslog = true;
    openlog(program, LOG_PID, LOG_DAEMON);
}

/* systemd sets JOURNAL_STREAM=DEV:INODE when it connected stdout or stderr to the journal; a program that
 * redirected stderr since then must compare (systemd.exec(5)). */
static bool to_journal(void)
{
    const char *stream = g_getenv("JOURNAL_STREAM");
    struct stat st;
    unsigned long long dev, ino;

    return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 && fstat(2, &st) == 0 && st.st_dev == dev &&
           st.st_ino == ino;
}

static void say(int priority, const char *format, va_list args)
{
    g_autofree char *text = g_strdup_vprintf(format, args);

    if (say_syslog)
        syslog(priority, "%s", text);
    else if (to_journal())
        fprintf(stderr, "<%d>%s\n", priority, text);
    else
        fprintf(stderr, "%s: %s\n", say_program, text);
}

#define SAY(name, priority)                                                                                  \
    void name(const char *format, ...)                                                                       \
    {                                                                                                        \
        va_list args;                                                                                        \
        va_start(args, format);                                                                              \
        say(priority, format, args);                                                                         \
        va_end(args);                                                                                        \
    }

SAY(say_error, 3)
SAY(say_warning, 4)
SAY(say_info, 6)

int say_usage(const char *words)
{
    fprintf(stderr, "Usage: %s %s\n", say_program, words);
    return 2;
}

const char *say_without(const char *name, const char *text)
{
    const char *rest = g_str_has_prefix(text, name) ? text + strlen(name) : text;

    return g_str_has_prefix(rest, ": ") ? rest + 2 : text;
}
