/* die.h - how chnetns ends when it fails: one sentence, one exit status, and no capability. libc only. */
#pragma once

#define OWN_FAILURE 125 /* as env(1) and timeout(1) */
#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

/* A line on stderr; @text has room for a newline. */
void print_line(char *text);

/* "chnetns: …" on stderr, and the end with exit status @status. A raised capability is lowered before. */
__attribute__((noreturn, format(printf, 2, 3))) void die(int status, const char *format, ...);

/* What errno says. Static. */
const char *reason(void);
