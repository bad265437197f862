/* graph-host.h - what the kernel says of the host, for graph-model.h. Nothing of it takes a privilege. */
#pragma once

#include "graph-model.h"
#include "nl.h"

/* The way by the kernel's own routing: rules, tables, marks and all. @user: an Nl of the host. */
void graph_host_ask(const GraphQuestion *question, GraphAnswer *ret, void *user);
