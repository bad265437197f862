/* resolv.h - the resolv.conf that a namespace's programs see, RUN_DIR/dns/NAME/resolv.conf: what it says. Who
 * says it and when is in servers.h. Texts and lists are owned by the caller. */
#pragma once

#include "conf.h"

/* As [DNS] says (dns-source.h); those of the host are such as can be asked from another namespace. @servers:
 * addresses of an uplink or of leases, @domains where [DNS] has none; NULL: there are none. */
char *resolv_text(const Conf *conf, char *const *servers, char *const *domains);

/* Servers and domains that a VPN brought; if [DNS] has domains, those instead. */
char *resolv_text_pushed(const Conf *conf, char *const *servers, char *const *domains);

/* @before with other servers, and other domains to search (NULL: as they were), and nothing else changed. */
char *resolv_text_with(const char *before, char *const *servers, char *const *domains);

/* @before with the servers of the host that can be asked from another namespace, as they are now; likewise
 * its @domains and @options. As resolv_text() has it where nothing has changed. */
char *resolv_text_of_host(const char *before, bool domains, bool options);

/* What is written down for @name, of the file that names its servers; NULL: nothing yet. */
char *resolv_read(const char *name);

/* Writes it, in place: programs that run inside have the file mounted, and see the new one. @resolver: the
 * namespace has one of its own, which alone they see then; @text is for that. */
bool resolv_write(const char *name, const char *text, bool resolver, GError **error);

/* The name servers in @text. resolv_asked: those of /etc/netns/NAME/resolv.conf too. */
char **resolv_servers(const char *text);
char **resolv_asked(const char *name, const char *text);

/* The host's name servers as text, of its resolv.conf or, where that names a stub only, those behind it;
 * where vpnc-script has replaced the file, first those it had before. */
char **resolv_host_servers(void);
