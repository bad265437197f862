/* doctor-mtu.h - is a way as wide as the link at its beginning? */
#pragma once

#include "doctor-check.h"

/* Sends packets of the link's size to a name server, which answers them or not, and adds what is wrong. */
void doctor_mtu_towards(Patient *patient, const IpAddress *to);
