/* wake.h - the worker's side of `netns-broker watch`, which runs while a namespace needs the host. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Held by the one that watches, for as long as it lives. */
#define LOCK_WATCH ".watch"

/* Does somebody watch? */
bool watch_is_there(void);

/* Starts it where nobody else does: systemd has netns-broker-watch.path. To be called with the host's lock,
 * after a namespace's need was noted. That it cannot be started is said, and no failure: the namespace works
 * without. */
void watch_wake(void);

/* Waits until the twin of the firewall's table that is held by who watches says the same as the table: what
 * was opened is open, what was closed is closed. A second at most; nothing where nobody watches. Not with the
 * host's lock, without which it cannot follow. */
void watch_follow(void);
/* For who watches, with the lock: it does; or it has none any more. */
void watch_followed(bool twin);

/* After the last need was taken back: waits until it has ended, and with it what it holds; two seconds at
 * most. Not with the host's lock, which it takes to end. */
void watch_wait(void);
