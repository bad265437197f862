/* doctor-inquiry.h - a name is asked for over a socket: of a name server, systemd-resolved or nscd. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

typedef struct Inquiry {
    int fd;              /* readable when there is an answer; -1: closed */
    unsigned id;         /* of the question to a name server */
    const char *outcome; /* of doctor-lookup.h; NULL: not known yet */
    const char *why;     /* static; may be NULL */
} Inquiry;

/* Each sends the question for @name. */
void inquiry_begin_server(Inquiry *inquiry, const char *server, const char *name);
void inquiry_begin_varlink(Inquiry *inquiry, const char *path, const char *name);
void inquiry_begin_nscd(Inquiry *inquiry, const char *path, const char *name);

/* The question again, of a name server: a packet may be lost. */
void inquiry_repeat_server(Inquiry *inquiry, const char *name);

/* To be called when the fd is readable. */
void inquiry_hear_server(Inquiry *inquiry);
void inquiry_hear_varlink(Inquiry *inquiry);
void inquiry_hear_nscd(Inquiry *inquiry);

void inquiry_done(Inquiry *inquiry);
