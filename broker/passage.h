/* passage.h - namespaces' packets get past the host's other firewalls.
 *
 * An accept of our own table (firewall.h) does not overrule a drop of another one, so rules of ours stand in
 * the others' filters too, each as late as it can (passage-plan.h): what they forbid in particular stays
 * forbidden, and what our own table drops is dropped. Their comments begin with "netns-broker: ". firewalld
 * is not changed but asked (zone.h). */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Puts our rules where they are needed, takes them out where they are no more, and writes down what stays in
 * the way (obstacles.h). Where all is as it was at the last look, and where no other filter is, it costs one
 * question to the kernel. A filter that cannot be changed is an obstacle and a warning, no error. To be
 * called with the host's lock, while a namespace needs it. */
bool passage_open(GError **error);

/* Where an iptables-legacy is left to who watches (filters_left_to_watch()): waits until he has looked, two
 * seconds at most. Not with the host's lock, without which he cannot. */
void passage_follow(void);

/* Must it be called from time to time, because there is a filter whose changes the kernel tells nobody? */
bool passage_must_poll(void);

/* Takes out all of ours, wherever it is; what is left to who watches, he takes out before he ends. */
bool passage_close(GError **error);
