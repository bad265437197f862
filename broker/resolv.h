/* resolv.h - the resolv.conf that a namespace's programs see: RUN_DIR/dns/NAME/resolv.conf. */
#pragma once

#include "conf.h"

/* Writes it as [DNS] says, or removes it when programs are to see the host's own.
 * @uplink: addresses for Servers=uplink, NULL: none are known. */
bool resolv_write(const Conf *conf, char *const *uplink, GError **error);
bool resolv_remove(const char *name, GError **error);

/* Servers and domains that a VPN brought, in the file that programs inside see already; what [DNS] says goes
 * first. */
bool resolv_push(const Conf *conf, char *const *servers, char *const *domains, GError **error);

/* Other name servers, in the same file: programs that run inside have it mounted, and see the new ones.
 * Nothing else of it changes. */
bool resolv_refresh(const char *name, char *const *servers, GError **error);

/* @text into a file that is there, in place: the inode is the same, a mount of it stays. */
bool resolv_overwrite(const char *file, const char *text, GError **error);

/* The host's name servers as text, of its resolv.conf or, where that names a stub only, those behind it;
 * where vpnc-script has replaced the file, first those it had before. Owned by the caller. */
char **resolv_host_servers(void);
