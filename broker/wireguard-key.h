/* wireguard-key.h - WireGuard's keys: text, and files that only root can read. */
#pragma once

#include "conf.h"

/* 32 bytes in base64, 44 characters. @error has no file or line, and none of the key. */
bool wireguard_key_parse(const char *text, WireguardKey *ret, GError **error);
char *wireguard_key_format(const WireguardKey *key); /* owned by the caller */

/* All of a small file of secrets: an absolute path, every part of it root's, and nobody else may read it.
 * Freed by secret_free. Errors begin with the path. */
char *secret_read(const char *path, GError **error);
void secret_free(char *text); /* NULL is fine */

/* The key that is all there is in the file. */
bool wireguard_key_read(const char *path, WireguardKey *ret, GError **error);
