/* page.h - the JSON of status.h as text for people. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* A table: NAME STATE TYPE DESCRIPTION. @legend: with a head line. */
void page_list(const json_t *list, bool legend);

/* One name a line, for scripts and completion. */
void page_names(const json_t *list);

/* A block like that of `networkctl status`, with "processes" (who.h) when there are any. */
void page_status(const json_t *entry);
