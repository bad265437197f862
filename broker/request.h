/* request.h - what a stranger asks for: one packet, understood. Nothing but the namespace's name goes any
 * further. */
#pragma once

#include "wire.h"

#include <glib.h>
#include <stdbool.h>

#define NAME_MAX_LENGTH 32 /* conf_name_valid */

typedef enum Verb { VERB_ENTER, VERB_LIST, VERB_STATUS, VERB_START, VERB_STOP, VERB_RESTART } Verb;

typedef struct Request {
    Verb verb;
    char name[NAME_MAX_LENGTH + 1]; /* "" with VERB_LIST */
    bool interactive;               /* polkit may ask the user */
} Request;

#define REQUEST_ERROR request_error_quark()
GQuark request_error_quark(void);

/* Understands VERB=, NAMESPACE= and INTERACTIVE= of @packet; unknown keys are ignored. On failure a sentence
 * for the caller. */
bool request_parse(const Wire *packet, Request *ret, GError **error);

/* "enter" … */
const char *request_verb(const Request *request);
