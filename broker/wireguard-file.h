/* wireguard-file.h - the file that wg-quick(8) takes and VPN providers hand out. */
#pragma once

#include "wireguard.h"

/* Adds what @path says to @link and @conf, see wireguard_read(). Errors begin with the path, and mostly the
 * line. */
bool wireguard_file_read(Conf *conf, LinkConf *link, const char *path, GPtrArray *notes, GError **error);

/* The same for its text, which is cut into pieces. */
bool wireguard_file_parse(Conf *conf, LinkConf *link, const char *path, char *text, GPtrArray *notes,
                          GError **error);
