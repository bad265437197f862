/* client-file.h - ClientFile= of a [Link]: the file in which an administrator configures the DHCP client
 * itself. */
#pragma once

#include "conf.h"

/* Is it there, a regular file, and nobody's but root's on all of its path? An error cites FILE:LINE of the
 * key; G_FILE_ERROR_NOENT where there is no such file. True without ClientFile=. */
bool client_file_check(const LinkConf *link, GError **error);

/* Sets conf->client_files, so that a file that was edited is a change of what is built. Of links that ask by
 * DHCP; errors as above. What a file includes is not read. */
bool client_files_read(Conf *conf, GError **error);
