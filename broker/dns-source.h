/* dns-source.h - whose name servers a namespace has: the one answer to what [DNS] Servers= and its default
 * say together. */
#pragma once

#include "conf.h"

#include <jansson.h>

/* Never unset. Once the files of links have been read (link_read_files) this is what holds; before, a file
 * may still give addresses (dns_source_may_be_file). */
DnsSource dns_source(const Conf *conf);

/* Is there a link whose file can name servers? Whether it does, only root can tell. */
bool dns_source_may_be_file(const Conf *conf);

/* In the detail of a record: what it is while it is up. */
void dns_source_note(const Conf *conf, json_t *detail);
bool dns_source_noted(const json_t *detail, DnsSource source);

/* Do the servers come later, and not from the file? */
bool dns_source_comes(DnsSource source);
