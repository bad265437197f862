/* conf-words.h - words that admins bring along from systemd.network, ip(8), wg-quick and units. */
#pragma once

/* What such a key, or such a section, is called here ("[NAT] Masquerade="); NULL: we know of no such word.
 * Case does not count. */
const char *conf_word_key(const char *key);
const char *conf_word_section(const char *section);

/* The same for a kind of link: "physical" for wlan. */
const char *conf_word_kind(const char *kind);
