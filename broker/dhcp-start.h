/* dhcp-start.h - the DHCP client of one link put into its namespace. */
#pragma once

#include "dhcp-client.h"
#include "record.h"

/* dhcp_client_find(), but while a process of the one that was started before is there, that stays the one,
 * if it can: another one may have been installed meanwhile. */
const DhcpClient *dhcp_start_find(const Record *record, const LinkConf *link, const char **ret_program);

/* Starts @client, the @program, for each family of @link that it can do and that nobody is there for yet,
 * with a process beside it that starts it again should it end (keeper.h). Another client is ended before, and
 * what it has got taken back.
 * @nsfd: the namespace of @record, in which @link is @interface. @said: for SpawnStay. */
bool dhcp_start_client(const DhcpClient *client, const char *program, const Record *record,
                       const LinkConf *link, const char *interface, int nsfd, int said, GError **error);

/* Are they all there, as far as they were started? */
bool dhcp_client_is_there(const Record *record, const char *label);

/* For how many seconds it has been at work, by the time at which its process was written down; -1: none was.
 */
gint64 dhcp_client_age(const char *name, const char *label);

/* And those who would start them again? */
bool dhcp_client_is_kept(const Record *record, const char *label);

/* What its process is written in ends with one of these. NULL-terminated. */
extern const char *const dhcp_pid_suffixes[], *const dhcp_keeper_suffixes[];
