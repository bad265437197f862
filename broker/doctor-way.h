/* doctor-way.h - the ways out of a namespace, and that to a name server. */
#pragma once

#include "doctor-check.h"

/* Is it meant to reach the world? By a default route, and where that leads through the host as one that is
 * masqueraded, or of a host that is a router by its own settings. */
bool doctor_way_leads_out(Patient *patient);

/* Likewise for @server; the host itself may be one. */
bool doctor_way_is_open(Patient *patient, const IpAddress *server);

/* Sends it a datagram and adds what became of it, where it goes through the host; else nothing. False: the
 * way there is broken, as one of the findings says, so that the server is not to blame. */
bool doctor_way_to_server(Patient *patient, const IpAddress *server);
