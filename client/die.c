/* die.c - see die.h. */
#include "die.h"

#include "capability.h"
#include "talk.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* @text has room for a newline. A caller's closed pipe or file-size limit must not turn a sentence into a
 * death by signal; the command finds both signals as they were. */
void print_line(char *text)
{
    talk_clean(text);
    size_t end = strlen(text);
    text[end++] = '\n';
    sighandler_t pipe = signal(SIGPIPE, SIG_IGN), size = signal(SIGXFSZ, SIG_IGN);
    ssize_t done = write(STDERR_FILENO, text, end);
    (void)done;
    signal(SIGPIPE, pipe);
    signal(SIGXFSZ, size);
}

/* One sentence on stderr. */
void die(int status, const char *format, ...)
{
    char text[1024] = "chnetns: ";
    size_t start = strlen(text);
    va_list arguments;
    capability_lower();
    va_start(arguments, format);
    int length = vsnprintf(text + start, sizeof text - start - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        text[start] = '\0';
    print_line(text);
    _exit(status);
}

const char *reason(void)
{
    return strerrordesc_np(errno);
}
