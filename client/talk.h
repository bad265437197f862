/* talk.h - one question to the broker, as chnetns and netnsctl put it: a connection of its own, a peer that
 * is root, and the text prompt when polkit wants a password. libc only. */
#pragma once

#include "wire.h"

#define TALK_ROOM 512 /* bytes of a sentence */

typedef struct Question {
    const char *verb;  /* enter, list, status, start, stop */
    const char *name;  /* of the namespace, or NULL for all */
    bool ask_password; /* false: where polkit wants a password, the answer is no */
} Question;

/* true: @ret holds a reply with RESULT=ok; the caller ends it with wire_done. false: @why holds one sentence
 * without a full stop, fit for a terminal whatever the broker sent, and @ret is empty. */
bool talk(const Question *question, Wire *ret, char why[TALK_ROOM]);

/* Foreign text made fit for a terminal: control characters (C0, DEL, and C1 in its UTF-8 form) become '?'. */
void talk_clean(char *text);
